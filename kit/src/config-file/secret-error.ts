import { LinesideError } from '../error.ts';

/** A secret or a file that the configuration names and that cannot be read. The message never contains a value. */
export class SecretError extends LinesideError {
  override readonly name = 'SecretError';
  declare readonly code: 'secret_missing';
}
