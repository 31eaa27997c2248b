import { z } from 'zod';

/**
 * What this device has once seen and goes below no more, although the copies of the metadata may be gone: a file that was
 * signed long ago stays correctly signed for ever.
 */
export const TrustFloorSchema = z.object({
  /** Latest wall time that was ever trusted, ms. */
  timeMs: z.number().nonnegative(),
  /**
   * Highest version of each role, and under which keys it was signed: a version is compared only under the same keys,
   * because whoever stole the keys may have published absurdly high ones (TUF 1.0.34, 5.3.11).
   */
  roles: z.record(z.string(), z.object({ version: z.int().positive(), keys: z.string() })),
  /** Highest counter of each series of releases (`models/acme/ppe`) that was accepted for installation. */
  counters: z.record(z.string(), z.int().nonnegative()),
});
export type TrustFloor = z.infer<typeof TrustFloorSchema>;

export const EMPTY_FLOOR: TrustFloor = { timeMs: 0, roles: {}, counters: {} };

/** Where the floor is kept: in the journal and mirrored in a file, so that losing one of them loses nothing. */
export interface FloorStore {
  read(): Promise<TrustFloor>;
  /** Durable when it resolves. */
  write(floor: TrustFloor): Promise<void>;
}

/** The higher of both in everything; the role of `b` where the keys differ, so `b` is the newer one. */
export function mergeFloors(a: TrustFloor, b: TrustFloor): TrustFloor {
  const roles = { ...a.roles };
  for (const [role, entry] of Object.entries(b.roles)) {
    const other = roles[role];
    if (other?.keys !== entry.keys || entry.version > other.version) roles[role] = entry;
  }
  const counters = { ...a.counters };
  for (const [series, counter] of Object.entries(b.counters)) {
    counters[series] = Math.max(counter, counters[series] ?? 0);
  }
  return { timeMs: Math.max(a.timeMs, b.timeMs), roles, counters };
}
