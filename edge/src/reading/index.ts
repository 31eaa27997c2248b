/** Reading of codes and of text in pictures, each on a thread of its own. What they mean is the matter of `codes`. */
export { OCR_PACKAGE, OcrError, type OcrErrorCode } from '../ocr/index.ts';
export { SYMBOLOGIES, type Symbology } from '../codes/index.ts';
export * from './code-reader.ts';
export * from './errors.ts';
export * from './image-file.ts';
export * from './ocr-reader.ts';
export * from './picture.ts';
export * from './text-reader.ts';
export * from './region-reader.ts';
