import { formatQuantity, parseQuantity, quantityPattern } from '@lineside/kit';
import { z } from 'zod';

const BITS = { kbit: 1e3, Mbit: 1e6, Gbit: 1e9 } as const;
const PREFERRED = ['Gbit', 'Mbit', 'kbit'] as const;

export interface Rate {
  readonly bytesPerS: number;
}

/** Bytes per second of a rate such as `256kbit` or `1.5Mbit`, or undefined where `text` is none. */
export function parseRate(text: string): number | undefined {
  const bits = parseQuantity(text, BITS);
  return bits === undefined ? undefined : Math.round(bits / 8);
}

/** Bytes per second in bits: 32000 is `256kbit`. */
export function formatRate(bytesPerS: number): string {
  return formatQuantity(bytesPerS * 8, BITS, PREFERRED);
}

/** Bytes per second, written in bits: `256kbit`. */
export function rate() {
  return z.codec(z.string().regex(quantityPattern(BITS), 'is not a rate'), z.custom<Rate>(), {
    decode: (text) => ({ bytesPerS: parseRate(text) ?? 0 }),
    encode: ({ bytesPerS }) => formatRate(bytesPerS),
  });
}
