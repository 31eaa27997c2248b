import { LinesideError } from '@lineside/kit';

/** What the collector shows to people: a code, a message and an advice. */
export class CollectorError extends LinesideError {
  override readonly name: string = 'CollectorError';
}

/** The configuration or the command line is wrong; exit code 2. */
export class UsageError extends CollectorError {
  override readonly name = 'UsageError';
}
