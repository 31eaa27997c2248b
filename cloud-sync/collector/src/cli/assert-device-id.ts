import { isDeviceId } from '@lineside/protocol';
import { UsageError } from '../errors/index.ts';

/** Throws UsageError for what cannot be a device id. */
export function assertDeviceId(id: string): void {
  if (isDeviceId(id)) return;
  throw new UsageError({
    code: 'device_id_invalid',
    message: `${JSON.stringify(id)} cannot be a device id`,
    advice: 'use 1 to 64 of A-Z a-z 0-9 . _ - beginning with a letter or digit, and not "collector"',
  });
}
