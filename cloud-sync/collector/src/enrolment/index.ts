/** Claims with which a device enrols once: it keeps its key, and gets a certificate or a password for the broker. */
export { ClaimDesk, type ClaimDeskOptions, type ClaimState, type ClaimWish, stateOf } from './claim-desk.ts';
export * from './claim-store.ts';
export { Enrolment, type DeviceAuthority, type EnrolmentOptions } from './enrolment.ts';
export { makeClaim, type ClaimRequest } from './make-claim.ts';
export { EnrolmentRefused, type RefusalCode } from './refusal.ts';
