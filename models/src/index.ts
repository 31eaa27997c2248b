/**
 * What a model is: bundle manifest, labels, golden images; finding and verifying one. A manifest is data: nothing here
 * runs a model.
 */
export * from './manifest.ts';
