/**
 * What a model is: bundle manifest, labels, golden images; finding and verifying one. A manifest is data: nothing here
 * runs a model.
 */
export * from './manifest.ts';
export * from './catalog.ts';
export * from './errors.ts';
export { FAMILIES, type Family } from './families/index.ts';
export * from './form/index.ts';
export * from './imported.ts';
export * from './onnx/index.ts';
export { onnxForm, type OnnxForm, sha256File } from './onnx-file.ts';
export * from './resolve.ts';
export * from './verify.ts';
