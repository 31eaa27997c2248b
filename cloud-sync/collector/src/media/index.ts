/**
 * Pictures: received in one piece or in parts, verified by their hash, and kept as files or in an S3-compatible store.
 */
export type { ByteRange, MediaStore } from './media-store.ts';
export type { MediaCatalogue, MediaRow } from './media-catalogue.ts';
export { FileMedia } from './file-media.ts';
export { HashMismatch, MediaIngest, TooManyBytes, type MediaIngestOptions } from './media-ingest.ts';
export { openMedia, openMediaStore, type OpenMediaOptions } from './open-media.ts';
export { S3Media, type S3Address } from './s3-media.ts';
