/**
 * Model families: which output formats are known, and how their outputs are decoded. Pure: no files, no clock. Entered
 * by itself (`@lineside/models/families`) where only decoding is needed, because inference workers load nothing else.
 */
export { type BadOutput, type Decoder, isBad, type Outputs, type OutputTensor } from './decoding/decoder.ts';
export { outputNames } from './decoding/output-names.ts';
export { createDecoder, FAMILIES, type Family } from './registry.ts';
