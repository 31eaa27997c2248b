import { z } from 'zod';
import type * as coverage from './coverage/index.ts';
import { WEEKDAYS } from './coverage/index.ts';

const MINUTES_OF_DAY = 24 * 60;
const minute = z
  .int()
  .min(0)
  .max(MINUTES_OF_DAY - 1);

/** Shifts of a line, as its device reports them at birth: the collector divides time as the device does. */
export const ShiftPlan = z.object({
  /** Not checked: a device may know a time zone that this program does not know. */
  timeZone: z.string().min(1).max(64),
  shifts: z
    .array(
      z.object({
        name: z.string().min(1).max(32),
        startMinute: minute,
        endMinute: minute,
        days: z.array(z.enum(WEEKDAYS)).max(7).readonly().optional(),
      }),
    )
    .max(12)
    .readonly(),
}) satisfies z.ZodType<coverage.ShiftPlan>;
