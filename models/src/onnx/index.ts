/** ONNX files: reading, inspecting, writing, and preparing them so that they take the camera's bytes. */
export { type Appended, appendNodes } from './append-nodes.ts';
export { describe, type ModelInputs, type ImageInput, readInputs, type Unfit } from './image-input.ts';
export { graphFacts, wantsRawPixels } from './graph-facts.ts';
export { inspectLoaded, inspectOnnx, type OnnxInspection } from './inspect.ts';
export { type ExternalFile, externalFiles, externalProblems } from './external-weights.ts';
export { insideFolder } from './inside-folder.ts';
export { type LoadedOnnx, loadOnnx, parseOnnx } from './load.ts';
export { distinct, type ModelHints, readHints, readNames } from './metadata.ts';
export type { OnnxModel, OnnxValue } from './model.ts';
export {
  castBorder,
  PrepareError,
  type Prepared,
  type ImageForm,
  prepareGraph,
  type RunOutput,
} from './prepare.ts';
export {
  encodeModel,
  type GraphConstant,
  type GraphNode,
  type ModelGraph,
  type NodeAttribute,
} from './encode-model.ts';
export { inlineWeights } from './inline-weights.ts';
export { checkOnnxFile, onnxForm, type OnnxForm, sha256File } from './onnx-file.ts';
