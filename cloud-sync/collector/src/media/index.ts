export type { MediaStore } from './media-store.ts';
export { FileMedia } from './file-media.ts';
export { S3Media, type S3Address } from './s3-media.ts';
export { HashMismatch, Intake, TooManyBytes, type IntakeOptions } from './media-ingest.ts';
