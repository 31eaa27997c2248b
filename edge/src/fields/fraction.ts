import { z } from 'zod';

/** A number from 0 to 1 that compares a part with the total. */
export function fraction() {
  return z.number().min(0).max(1);
}
