/**
 * What a stick brings back from devices: their undelivered records and what they report, committed as if they had come by
 * wire.
 */
export { type CarriedOptions, importCarried, type ImportedDevice } from './import-carried.ts';
