import { CollectorError } from '../errors/index.ts';

/** The database as a whole cannot write now (disk full, server gone): trying in parts is of no use, trying later may be. */
export class StoreUnavailable extends CollectorError {
  override readonly name = 'StoreUnavailable';

  constructor(message: string, cause: unknown) {
    super({
      code: 'store_unavailable',
      message,
      advice:
        'check the disk space and the state of the database; devices keep their records until they are acknowledged',
      cause,
    });
  }
}
