import { randomBytes } from 'node:crypto';
import { V7Generator } from 'uuidv7';
import type { Clock } from '@lineside/kit';

/** Draws UUIDv7s (RFC 9562, 5.7) from the given clock; they rise even where the clock steps back. */
export function eventIds(clock: Clock): () => string {
  const generator = new V7Generator({ nextUint32: () => randomBytes(4).readUInt32BE() });
  return () =>
    generator.generateOrResetWithTs(Math.min(Math.max(Math.round(clock.wallMs()), 0), 2 ** 48 - 1)).toString();
}
