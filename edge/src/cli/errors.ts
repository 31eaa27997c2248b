import { LinesideError } from '@lineside/kit';

export type CliErrorCode =
  | 'camera_unknown'
  | 'camera_not_accepted'
  | 'collector_exists'
  | 'no_cameras'
  | 'file_exists'
  | 'transport_unknown'
  | 'input_missing'
  | 'input_unreadable'
  | 'event_unknown'
  | 'privacy_on'
  | 'service_not_running'
  | 'zone_unknown'
  | 'service_hidden'
  | 'machine_not_ready'
  | 'line_ended'
  | 'data_of_another_user'
  | 'answer_unexpected'
  | 'log_absent';

/** The command was called in a way that cannot work. */
export class UsageError extends LinesideError {
  override readonly name = 'UsageError';
  declare readonly code: 'usage';

  constructor(message: string, advice: string) {
    super({ code: 'usage', message, advice });
  }
}

/** A command cannot deliver what was requested. */
export class CliError extends LinesideError {
  override readonly name = 'CliError';
  declare readonly code: CliErrorCode;

  constructor(code: CliErrorCode, message: string, advice: string, cause?: unknown) {
    super({ code, message, advice, ...(cause === undefined ? {} : { cause }) });
  }
}
