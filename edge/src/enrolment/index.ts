/** How this device enrols at a collector: a key made here, a claim code, a collector recognised by its fingerprint. */
export { assertClaim, enrol, type EnrolOptions } from './enrol.ts';
export { type DeviceSecrets, makeDeviceSecrets } from './device-key.ts';
export { EnrolmentError, type EnrolmentErrorCode } from './errors.ts';
export type { Place } from './recognise.ts';
