import { LinesideError } from '@lineside/kit';

export const POINT_ERROR_CODES = [
  'point_refused',
  'point_silent',
  'point_lost',
  'point_value',
  'point_unknown',
] as const;
export type PointErrorCode = (typeof POINT_ERROR_CODES)[number];

export const POINT_ADVICE: Readonly<Record<PointErrorCode, string>> = {
  point_refused: 'Check address, table and unit against the list of the controller: many documents count from 1.',
  point_silent: 'Check cable, address, port and unit id, and whether the controller allows another connection.',
  point_lost: 'The controller ended the connection: it may allow only one, or only this address; it is tried again.',
  point_value: 'Write a value that the type of the point can hold.',
  point_unknown: 'lineside plant read --help shows how points are written.',
};

/** A controller could not be read or written. It never means that a value is zero. */
export class PointError extends LinesideError {
  declare readonly code: PointErrorCode;

  constructor(code: PointErrorCode, message: string, cause?: unknown) {
    super({ code, message, advice: POINT_ADVICE[code], retry: code === 'point_value' ? 'never' : 'later', cause });
  }
}
