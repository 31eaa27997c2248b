/**
 * Models at work: one ONNX Runtime session per model on a worker thread of its own, the chain of execution providers,
 * decoders from numbers to boxes. Gets a path and what the manifest says; knows nothing of cameras or catalogs.
 */
export { deriveManifest } from './derive-manifest.ts';
export { INFERENCE_ADVICE, InferenceError, type InferenceErrorCode } from './errors.ts';
export type { ModelIo, TensorInfo } from './model-io.ts';
export { describeModel, OnnxSession, type SessionAnswer, type SessionPicture } from './onnx-session.ts';
export type { ModelManifest } from '@lineside/models';
export type { ModelSpec, Provider } from './model-spec.ts';
export { hasTensorrt, type ProviderRefusal } from './providers.ts';
export type { SessionFacts } from './worker-protocol.ts';
export { type ProbedTensor, probeModel, type ProbeTask } from './probe.ts';
