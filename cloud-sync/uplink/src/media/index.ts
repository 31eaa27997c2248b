/** Evidence to the collector over HTTP, in one request or in pieces (tus). */
export * from './media-loop.ts';
export * from './media-upload.ts';
