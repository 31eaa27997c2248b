/**
 * The codes that devices, collector, pages and command line share (kinds, severities, phases, reasons), each with its
 * words for people. The only list of them: types, schemas, filters and pages are made from it. Imports nothing.
 */
export { CODE_PATTERN, codesOf } from './codes.ts';
export * from './event-words.ts';
export * from './inspection-words.ts';
export * from './loss-words.ts';
export { type Language, LANGUAGES, type Words } from './words.ts';
