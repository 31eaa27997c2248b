import { LinesideError } from '@lineside/kit';

export type CliErrorCode =
  | 'usage'
  | 'input_missing'
  | 'input_unreadable'
  | 'input_not_media'
  | 'event_unknown'
  | 'service_hidden'
  | 'answer_unexpected'
  | 'nothing_found'
  | 'no_result';

/** The command was called in a way that cannot work. */
export class UsageError extends LinesideError {
  override readonly name = 'UsageError';

  constructor(message: string, advice: string) {
    super({ code: 'usage', message, advice });
  }
}

/** Something that a command was asked for and cannot give. */
export class CliError extends LinesideError {
  override readonly name = 'CliError';
  declare readonly code: CliErrorCode;

  constructor(code: CliErrorCode, message: string, advice: string, cause?: unknown) {
    super({ code, message, advice, ...(cause === undefined ? {} : { cause }) });
  }
}
