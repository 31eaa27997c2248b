import { formatQuantity, parseQuantity, quantityPattern } from '@lineside/kit';
import { z } from 'zod';

const BYTES = { B: 1, KB: 1e3, MB: 1e6, GB: 1e9, TB: 1e12, KiB: 2 ** 10, MiB: 2 ** 20, GiB: 2 ** 30 } as const;
const PREFERRED = ['TB', 'GB', 'MB', 'KB', 'B'] as const;

export interface Size {
  readonly bytes: number;
}

/** Bytes of a size such as `512MB`, `1.5GB` or `2GiB` (decimal units are powers of 1000), or undefined. */
export function parseSize(text: string): number | undefined {
  const bytes = parseQuantity(text, BYTES);
  return bytes === undefined ? undefined : Math.round(bytes);
}

/** `bytes` in the largest decimal unit that divides it: 1e9 is `1GB`. */
export function formatSize(bytes: number): string {
  return formatQuantity(bytes, BYTES, PREFERRED);
}

/** A number of bytes, written `1GB`. */
export function size() {
  return z.codec(z.string().regex(quantityPattern(BYTES), 'is not a size'), z.custom<Size>(), {
    decode: (text) => ({ bytes: parseSize(text) ?? 0 }),
    encode: ({ bytes }) => formatSize(bytes),
  });
}
