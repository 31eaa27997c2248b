import { LinesideError, type Retry } from '@lineside/kit';

export const VISION_ERROR_CODES = [
  'vision_down',
  'no_picture',
  'picture_late',
  'picture_failed',
  'no_clip',
  'clip_late',
  'camera_not_run',
  'answer_late',
  'camera_not_known',
] as const;
export type VisionErrorCode = (typeof VISION_ERROR_CODES)[number];

export const VISION_ADVICE: Readonly<Record<VisionErrorCode, string>> = {
  vision_down: 'The vision process is being started again; try in a few seconds.',
  no_picture: 'The camera has not delivered a picture yet. Look at its state.',
  picture_late: 'The machine is too busy to make the picture. Lower the frame rate or the number of cameras.',
  picture_failed: 'Run `lineside doctor`; if it stays, report it with the log.',
  no_clip: 'Look at the state of the camera. Raise `clips.memory` where the time before the event is missing.',
  camera_not_run: 'Look at its state: lineside camera health.',
  camera_not_known:
    'Wait until it has shown a clear picture for 20 seconds without a break; lineside camera health shows what is in the way.',
  answer_late: 'The vision process is too busy. Try again, or lower the frame rate or the number of cameras.',
  clip_late: 'The vision process was too busy or was started again. Lower the frame rate or the number of cameras.',
};

const RETRY: Readonly<Record<VisionErrorCode, Retry>> = {
  vision_down: 'later',
  no_picture: 'later',
  picture_late: 'later',
  picture_failed: 'never',
  no_clip: 'never',
  clip_late: 'never',
  camera_not_run: 'later',
  answer_late: 'later',
  camera_not_known: 'later',
};

/** A snapshot or clip that could not be made. */
export class VisionError extends LinesideError {
  override readonly name = 'VisionError';
  declare readonly code: VisionErrorCode;

  constructor(code: VisionErrorCode, message: string, cause?: unknown) {
    super({
      code,
      message,
      advice: VISION_ADVICE[code],
      retry: RETRY[code],
      ...(cause === undefined ? {} : { cause }),
    });
  }
}

export function isVisionErrorCode(code: string): code is VisionErrorCode {
  return VISION_ERROR_CODES.some((known) => known === code);
}
