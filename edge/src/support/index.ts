/**
 * The support bundle: what somebody elsewhere needs in order to see what is wrong here, without secrets, in one archive.
 */
export { archive } from './archive.ts';
export { type BundleEntry, bundleText, collectEntries, type CollectOptions } from './collect.ts';
export { SupportError } from './errors.ts';
export { knownSecrets } from './known-secrets.ts';
export { Scrubber } from './scrubber.ts';
