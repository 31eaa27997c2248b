import { isTimeZone, WEEKDAYS } from '@lineside/protocol/coverage';
import { z } from 'zod';
import { key, timeOfDay } from '../../fields/index.ts';

const Shift = z
  .strictObject({
    name: z
      .string()
      .min(1)
      .max(32)
      .meta(key({ description: 'Name of the shift for people.', restart: 'uplink', example: 'Early' })),
    start: timeOfDay().meta(
      key({ description: 'Time at which it starts.', unit: 'time of the day', restart: 'uplink', example: '06:00' }),
    ),
    end: timeOfDay()
      .optional()
      .meta(
        key({
          description:
            'Time at which it ends; on the next day where that is not after the start. Default: the start of the next shift of the day.',
          unit: 'time of the day',
          restart: 'uplink',
          example: '14:00',
        }),
      ),
    days: z
      .array(z.enum(WEEKDAYS))
      .min(1)
      .max(7)
      .optional()
      .meta(
        key({
          description: 'Days on which it starts. Default: every day.',
          restart: 'uplink',
          example: ['mon', 'tue', 'wed', 'thu', 'fri'],
        }),
      ),
  })
  .meta({ description: 'One shift.' });

export const Shifts = z.strictObject({
  timeZone: z
    .string()
    .refine(isTimeZone, 'is not the name of a time zone such as Europe/Berlin')
    .optional()
    .meta(
      key({
        description:
          'Time zone of the line, by its IANA name. Shifts, hours and times without a zone are in it. Default: that of the machine.',
        restart: 'uplink',
        example: 'Europe/Berlin',
      }),
    ),
  list: z
    .array(Shift)
    .min(1)
    .max(12)
    .prefault([
      { name: 'Early', start: '06:00' },
      { name: 'Late', start: '14:00' },
      { name: 'Night', start: '22:00' },
    ])
    .meta(
      key({
        description:
          'Shifts into which the coverage of time is divided. Time outside of every shift is not scheduled: where nothing is inspected then, nothing is missing. Default: three shifts of eight hours, every day.',
        restart: 'uplink',
      }),
    ),
});
