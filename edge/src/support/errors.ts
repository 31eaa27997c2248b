import { LinesideError } from '@lineside/kit';

/** A support bundle that was not written. */
export class SupportError extends LinesideError {
  override readonly name = 'SupportError';
  declare readonly code: 'bundle_leaks' | 'bundle_unwritable';

  constructor(code: 'bundle_leaks' | 'bundle_unwritable', message: string, advice: string, cause?: unknown) {
    super({ code, message, advice, ...(cause === undefined ? {} : { cause }) });
  }
}
