/**
 * TensorRT engines: built on the machine that runs them, one at a time, by a supervised `trtexec`; kept by what they were
 * built of and for; handed out as a small wrapper model that ONNX Runtime loads by path. Runs no model itself.
 */
export { ENGINE_ADVICE, EngineError, type EngineErrorCode } from './errors.ts';
export { EngineCache, type EngineModel, type EngineSettings, type EngineState } from './engine-cache.ts';
export { type KeptEngine, listEngines } from './store.ts';
export { type MachineFacts, readMachine } from './machine.ts';
export { encodeWrapper, type WrapperTensor } from './wrapper.ts';
