/** Types of Sparkplug B 3.0 (6.4.16) that the twin's signals have. */
export const INT32 = 3;
export const DOUBLE = 10;
export const BOOLEAN = 11;
export const STRING = 12;
export const INT64 = 4;

/** One metric as it is written. `value` null: `is_null`. */
export interface WrittenMetric {
  readonly name?: string;
  readonly alias?: number;
  readonly type: number;
  readonly value: number | boolean | string | null;
  /** Property `Quality`: 0 bad, 192 good, 500 stale. */
  readonly quality?: number;
  readonly isHistorical?: boolean;
}

const VARINT = 0;
const BYTES_8 = 1;
const LENGTH = 2;

/**
 * A payload of Sparkplug B, byte by byte after the encoding of Protocol Buffers: the twin shares no code with what reads
 * it. `seq` is left out where it is undefined.
 */
export function writePayload(atMs: number, metrics: readonly WrittenMetric[], seq: number | undefined): Buffer {
  return Buffer.concat([
    number(1, atMs),
    ...metrics.map((metric) => block(2, writeMetric(metric, atMs))),
    ...(seq === undefined ? [] : [number(3, seq)]),
  ]);
}

function writeMetric({ name, alias, type, value, quality, isHistorical }: WrittenMetric, atMs: number): Buffer {
  return Buffer.concat([
    ...(name === undefined ? [] : [block(1, Buffer.from(name))]),
    ...(alias === undefined ? [] : [number(2, alias)]),
    number(3, atMs),
    number(4, type),
    ...(isHistorical === true ? [number(5, 1)] : []),
    ...(value === null ? [number(7, 1)] : []),
    ...(quality === undefined ? [] : [block(9, writeQuality(quality))]),
    ...(value === null ? [] : [writeValue(type, value)]),
  ]);
}

function writeQuality(quality: number): Buffer {
  const value = Buffer.concat([number(1, INT32), number(3, quality)]);
  return Buffer.concat([block(1, Buffer.from('Quality')), block(2, value)]);
}

function writeValue(type: number, value: number | boolean | string): Buffer {
  if (typeof value === 'string') return block(15, Buffer.from(value));
  if (typeof value === 'boolean') return number(14, value ? 1 : 0);
  if (type === INT32) return number(10, value >>> 0);
  if (type === INT64) return number(11, value);
  const eight = Buffer.alloc(8);
  eight.writeDoubleLE(value);
  return Buffer.concat([varint(13 * 8 + BYTES_8), eight]);
}

function number(field: number, value: number): Buffer {
  return Buffer.concat([varint(field * 8 + VARINT), varint(value)]);
}

function block(field: number, bytes: Buffer): Buffer {
  return Buffer.concat([varint(field * 8 + LENGTH), varint(bytes.length), bytes]);
}

/** Seven bits a byte, the lowest first; negative numbers as 64 bits of two's complement. */
function varint(value: number): Buffer {
  const bytes: number[] = [];
  let rest = BigInt.asUintN(64, BigInt(Math.trunc(value)));
  do {
    const seven = Number(rest & 0x7fn);
    rest >>= 7n;
    bytes.push(rest === 0n ? seven : seven + 0x80);
  } while (rest > 0n);
  return Buffer.from(bytes);
}
