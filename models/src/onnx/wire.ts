/** One field of a protobuf message, as it lies in the bytes. https://protobuf.dev/programming-guides/encoding */
export interface WireField {
  readonly number: number;
  readonly wireType: number;
  /** Tag and value, to be copied as they are. */
  readonly raw: Uint8Array;
  /** The value alone: of a length-delimited field its content, else the bytes of the number. */
  readonly content: Uint8Array;
}

export const WIRE = { varint: 0, fixed64: 1, lengthDelimited: 2, fixed32: 5 } as const;

/** The bytes are no protobuf message, or not all of it. */
export class WireError extends Error {
  override readonly name = 'WireError';
}

/**
 * Fields of a message in their order; nothing is copied and nothing inside them is read.
 *
 * @param most fields allowed, because a field of two bytes costs a hundred in memory.
 * @throws WireError where a field does not end inside the message.
 */
export function readFields(message: Uint8Array, most: number): readonly WireField[] {
  const fields: WireField[] = [];
  let at = 0;
  while (at < message.length) {
    if (fields.length === most) throw new WireError(`has more than ${most} fields`);
    const tag = readVarint(message, at);
    const number = Math.floor(tag.value / 8);
    const wireType = tag.value % 8;
    const { from, to } = extent(message, tag.end, wireType);
    if (number === 0 || to > message.length) throw new WireError(`field ${number} at byte ${at} does not end in it`);
    fields.push({ number, wireType, raw: message.subarray(at, to), content: message.subarray(from, to) });
    at = to;
  }
  return fields;
}

function extent(message: Uint8Array, from: number, wireType: number): { from: number; to: number } {
  switch (wireType) {
    case WIRE.varint:
      return { from, to: readVarint(message, from).end };
    case WIRE.fixed64:
      return { from, to: from + 8 };
    case WIRE.fixed32:
      return { from, to: from + 4 };
    case WIRE.lengthDelimited: {
      const length = readVarint(message, from);
      return { from: length.end, to: length.end + length.value };
    }
    default:
      throw new WireError(`wire type ${wireType} at byte ${from}`);
  }
}

function readVarint(bytes: Uint8Array, from: number): { value: number; end: number } {
  let value = 0;
  for (let i = 0; i < 10; i += 1) {
    const byte = bytes[from + i];
    if (byte === undefined) break;
    value += (byte & 0x7f) * 2 ** (7 * i);
    if (byte < 0x80) return { value, end: from + i + 1 };
  }
  throw new WireError(`the number at byte ${from} does not end`);
}

/** A number field's value; int64 as two's complement. */
export function numberOf(field: WireField): number {
  if (field.wireType !== WIRE.varint) throw new WireError(`field ${field.number} is no number`);
  let value = 0n;
  for (const [i, byte] of field.content.entries()) value |= BigInt(byte & 0x7f) << BigInt(7 * i);
  return Number(BigInt.asIntN(64, value));
}

const decoder = new TextDecoder('utf-8');

export function textOf(field: WireField): string {
  return decoder.decode(field.content);
}

/** Bytes of a length-delimited field around `content`. */
export function delimited(number: number, content: Uint8Array): Uint8Array {
  return Buffer.concat([varint(number * 8 + WIRE.lengthDelimited), varint(content.length), content]);
}

/** Bytes of a number field. */
export function varintField(number: number, value: number): Uint8Array {
  return Buffer.concat([varint(number * 8 + WIRE.varint), varint(value)]);
}

function varint(value: number): Uint8Array {
  const bytes: number[] = [];
  let rest = value;
  while (rest >= 0x80) {
    bytes.push((rest % 0x80) | 0x80);
    rest = Math.floor(rest / 0x80);
  }
  return Uint8Array.from([...bytes, rest]);
}
