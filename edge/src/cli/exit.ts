import { messageOf, EXIT, type ExitCode } from '@lineside/kit';

export { EXIT, type ExitCode };

const ENVIRONMENT_CODES = new Set([
  'ffmpeg_missing',
  'data_folder_unwritable',
  'journal_locked',
  'journal_not_durable',
  'journal_io',
  'journal_full',
  'service_not_running',
  'service_timed_out',
  'service_hidden',
  'secret_missing',
  'control_socket_in_use',
  'control_socket_path',
  'no_provider',
  'not_built',
]);
const INPUT_CODES = new Set([
  'journal_absent',
  'journal_foreign',
  'journal_newer',
  'journal_other_device',
  'model_missing',
  'model_unreadable',
  'model_shape',
  'model_labels',
  'camera_unknown',
  'no_cameras',
  'file_exists',
  'transport_unknown',
  'recording_missing',
  'recording_undated',
  'clock_unreadable',
  'signals_invalid',
  'truth_invalid',
]);

/** Errors by name, because to load their classes here would load their modules for every command. */
const INPUT_ERRORS = new Set(['UsageError', 'ConfigError', 'EvaluationError', 'ModelError']);

/** Any error with a code and an advice, from any module or package. */
export interface CodedError {
  readonly code: string;
  readonly message: string;
  readonly advice: string;
}

/** `thrown` as a coded error; one without a code is a fault of Lineside, and says so. */
export function coded(thrown: unknown): CodedError {
  if (thrown instanceof Error && 'code' in thrown && 'advice' in thrown) {
    const { code, advice } = thrown;
    if (typeof code === 'string' && typeof advice === 'string') return { code, message: thrown.message, advice };
  }
  const advice = 'this is a fault of Lineside: please report it with the command and this message';
  return { code: 'unexpected', message: messageOf(thrown), advice };
}

export function exitCodeOf(thrown: unknown): ExitCode {
  if (thrown instanceof Error && INPUT_ERRORS.has(thrown.name)) return EXIT.badInput;
  const { code } = coded(thrown);
  if (ENVIRONMENT_CODES.has(code)) return EXIT.environment;
  return INPUT_CODES.has(code) ? EXIT.badInput : EXIT.problems;
}
