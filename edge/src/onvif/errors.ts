import { LinesideError } from '@lineside/kit';

export type OnvifErrorCode = 'discovery_failed';

/** A discovery that could not take place. A camera that does not answer as it should is no error: it is in the list. */
export class OnvifError extends LinesideError {
  override readonly name = 'OnvifError';
  declare readonly code: OnvifErrorCode;

  constructor(code: OnvifErrorCode, message: string, cause?: unknown) {
    super({
      ...{ code, message, retry: 'later' },
      advice: 'Check that this machine has a network with multicast, or name the cameras with --address',
      ...(cause === undefined ? {} : { cause }),
    });
  }
}
