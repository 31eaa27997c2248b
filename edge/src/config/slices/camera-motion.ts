import { z } from 'zod';
import { duration, id, key } from '../../fields/index.ts';

const FLOOR_MAX_MS = 60_000;

/** Frames that show nothing new are left out. */
export const Motion = z.strictObject({
  floor: duration()
    .prefault('1s')
    .refine(({ ms }) => ms >= 100 && ms <= FLOOR_MAX_MS, 'must be from 100ms to 1m')
    .meta(
      key({
        description:
          'Where nothing changes, one frame is inspected in this time: so what was wrong and does not move is seen too. Keep it shorter than `minDuration` and `clearAfter` of the rules.',
        unit: 'duration, 100ms to 1m',
        restart: 'camera',
        example: '1s',
      }),
    ),
  change: z
    .int()
    .min(2)
    .max(100)
    .default(6)
    .meta(
      key({
        description:
          'By how many levels, of 0 to 255, the mean brightness of a block of 8x8 pixels of the evidence picture changes at least. A smaller number sees smaller and fainter things, and saves less.',
        unit: 'levels',
        restart: 'camera',
        example: 6,
      }),
    ),
  zones: z
    .array(id())
    .default([])
    .meta(
      key({
        description: 'Zones of this camera in which changes count. Without any, the complete frame.',
        restart: 'camera',
        example: ['belt'],
      }),
    ),
});
