import { z } from 'zod';

const PATTERN = /^([01]\d|2[0-3]):([0-5]\d)$/;

/** A time of the day, written `06:00`; minutes since midnight in the program. */
export function timeOfDay() {
  return z.codec(z.string().regex(PATTERN, 'is not a time of the day such as 06:00'), z.number(), {
    decode: (text) => {
      const [, hour = 0, minute = 0] = (PATTERN.exec(text) ?? []).map(Number);
      return hour * 60 + minute;
    },
    encode: (minutes) =>
      `${String(Math.floor(minutes / 60)).padStart(2, '0')}:${String(minutes % 60).padStart(2, '0')}`,
  });
}
