/** Why a device may not enrol. `code` is stable. */
export type RefusalCode =
  | 'claim_cancelled'
  | 'claim_expired'
  | 'claim_other_device'
  | 'claim_unknown'
  | 'claim_used'
  | 'request_invalid';

const ADVICE: Readonly<Record<RefusalCode, string>> = {
  claim_cancelled: 'make another claim: lineside-collector device claim ID',
  claim_expired: 'make another claim: lineside-collector device claim ID',
  claim_other_device: 'name this device as the claim does, or make a claim for it: lineside-collector device claim ID',
  claim_unknown: 'copy the code again, or make another claim: lineside-collector device claim ID',
  claim_used: 'make another claim, and find out who used this one: lineside-collector device claims',
  request_invalid: 'use lineside enroll of this version or a later one',
};

/** A device was refused; for the device itself, so nothing in it helps to guess. */
export class EnrolmentRefused extends Error {
  override readonly name = 'EnrolmentRefused';
  readonly code: RefusalCode;
  readonly advice: string;

  constructor(code: RefusalCode, message: string) {
    super(message);
    this.code = code;
    this.advice = ADVICE[code];
  }
}
