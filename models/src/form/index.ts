/**
 * How a model's input and output are described: the parts of a manifest that a family's decoder reads. Below the
 * families, because the manifest itself names one of them.
 */
export * from './immutable.ts';
export * from './model-input.ts';
export * from './output-options.ts';
export * from './task.ts';
