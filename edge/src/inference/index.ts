/**
 * Inference: one ONNX Runtime session per model, each on its own worker thread, and the choice of the execution provider.
 * It is given a path and a manifest, and knows nothing about cameras or catalogs.
 */
export { deriveManifest } from './derive-manifest.ts';
export { INFERENCE_ADVICE, InferenceError, type InferenceErrorCode } from './errors.ts';
export { GraphRunner, type RawOutputs } from './graph-runner.ts';
export type { ModelIo, TensorInfo } from './model-io.ts';
export { describeModel, OnnxSession, type SessionAnswer, type SessionFrame } from './onnx-session.ts';
export type { ModelManifest } from '@lineside/models';
export { leastScoresOf, type ModelSpec, type Provider } from './model-spec.ts';
export { hasTensorrt, type ProviderRefusal } from './providers.ts';
export type { SessionFacts } from './worker-protocol.ts';
export { type ProbedTensor, probeModel, type ProbeTask } from './probe.ts';
