/**
 * Making a bundle of a foreign ONNX file: analyse it, prepare the graph, prove the prepared graph against the original
 * on images, write the bundle. The command line, the status page and model updates call it.
 */
export { MODEL_IMPORT_ERROR_CODES, ModelImportError, type ModelImportErrorCode } from './errors.ts';
export { agrees } from './compare.ts';
export { importModel, type ImportStep, type ImportTask } from './import-model.ts';
export type { ImportReport } from './report.ts';
export type { Channels, Fit, ImportRequest, OutputOptions, Size } from './request.ts';
