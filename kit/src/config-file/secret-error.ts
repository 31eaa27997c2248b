import { LinesideError } from '../error.ts';

/** A secret or a file that the configuration names and that cannot be read. The message never contains a value. */
export class SecretError extends LinesideError<'secret_missing'> {
  override readonly name = 'SecretError';
}
