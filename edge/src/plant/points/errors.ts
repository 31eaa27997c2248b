import { LinesideError } from '@lineside/kit';

export const POINT_ERROR_CODES = [
  'point_refused',
  'point_silent',
  'point_lost',
  'point_value',
  'point_unknown',
  'point_certificate',
  'point_access',
] as const;
export type PointErrorCode = (typeof POINT_ERROR_CODES)[number];

export const POINT_ADVICE: Readonly<Record<PointErrorCode, string>> = {
  point_refused:
    'Check the point against the list of the controller: documents of Modbus often count from 1, and names of OPC UA have to be exact.',
  point_silent: 'Check cable, address, port and unit id, and whether the controller allows another connection.',
  point_lost: 'The controller ended the connection: it may allow only one, or only this address; it is tried again.',
  point_value: 'Write a value that the type of the point can hold.',
  point_unknown: 'lineside plant read --help shows how points are written.',
  point_certificate:
    'lineside plant trust shows certificates and accepts one; one that has expired its owner has to renew.',
  point_access: 'Check user, password and what the controller allows this user.',
};

/** A controller could not be read or written. It never means that a value is zero. */
export class PointError extends LinesideError {
  declare readonly code: PointErrorCode;

  constructor(code: PointErrorCode, message: string, cause?: unknown) {
    super({ code, message, advice: POINT_ADVICE[code], retry: code === 'point_value' ? 'never' : 'later', cause });
  }
}
