/**
 * Printed text in pictures: lines are detected, turned upright and recognised by the PP-OCR models, which are installed
 * beside Lineside and do not come with it. What a line means is the matter of `codes`.
 */
export * from './errors.ts';
export { OCR_PACKAGE, ocrFiles, type OcrFiles } from './install.ts';
export { type TextLine, TextRecogniser } from './recogniser.ts';
