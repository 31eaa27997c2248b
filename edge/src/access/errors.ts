import { type ErrorFacts, LinesideError } from '@lineside/kit';

export type AccessErrorCode =
  | 'login_refused'
  | 'login_throttled'
  | 'login_busy'
  | 'code_refused'
  | 'account_refused'
  | 'certificate_refused'
  | 'access_unusable';

/** Errors of accounts, log-ins and the certificate of the page. */
export class AccessError extends LinesideError {
  override readonly name = 'AccessError';
  override readonly code: AccessErrorCode;
  /** Seconds after which another try is allowed; with `login_throttled`. */
  readonly retryAfterS: number | undefined;

  constructor(facts: ErrorFacts & { readonly code: AccessErrorCode; readonly retryAfterS?: number }) {
    super(facts);
    this.code = facts.code;
    this.retryAfterS = facts.retryAfterS;
  }
}
