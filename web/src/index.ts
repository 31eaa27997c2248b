/**
 * What the device's status page and the collector's page have in common: style, words, formats, small components and the
 * one library they need, and the route that serves them, and how their servers check requests. No build step: the files are served as they are.
 */
export { acceptsGzip } from './compress.ts';
export { lateCompilers } from './late-compilers.ts';
export { servePage } from './serve-page.ts';
