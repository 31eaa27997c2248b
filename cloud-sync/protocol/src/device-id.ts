import { z } from 'zod';

/** A device id is one topic level: 1 to 64 of `A-Z a-z 0-9 . _ -`, never `collector`. */
export function isDeviceId(id: string): boolean {
  return /^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$/.test(id) && id !== 'collector';
}

export const DeviceId = z.string().refine(isDeviceId, 'must be 1 to 64 of A-Z a-z 0-9 . _ - and not "collector"');
