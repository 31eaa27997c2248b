import { type DataValue, DataType, Variant, VariantArrayType } from 'node-opcua-client';
import { PointError } from '../errors.ts';
import type { PointReading, PointWrite } from '../point-protocol.ts';

const INTEGERS: Readonly<Partial<Record<DataType, readonly [bits: number, signed: boolean]>>> = {
  [DataType.SByte]: [8, true],
  [DataType.Byte]: [8, false],
  [DataType.Int16]: [16, true],
  [DataType.UInt16]: [16, false],
  [DataType.Int32]: [32, true],
  [DataType.UInt32]: [32, false],
  [DataType.Int64]: [64, true],
  [DataType.UInt64]: [64, false],
};

/**
 * The value of a node. Its status comes first: beside a bad one there may be a value, which means nothing. An uncertain
 * one counts as bad, for the server itself does not stand by it.
 */
export function readingOf({ statusCode, value: variant }: Pick<DataValue, 'statusCode' | 'value'>): PointReading {
  if (!statusCode.isGood()) return { bad: statusCode.name };
  const { dataType, arrayType } = variant;
  const value: unknown = variant.value;
  if (value === null || value === undefined) return { bad: 'no_value' };
  if (arrayType !== VariantArrayType.Scalar) return { bad: 'array' };
  if (typeof value === 'number') return Number.isFinite(value) ? { value } : { bad: 'not_a_number' };
  if (typeof value === 'boolean' || typeof value === 'string') return { value };
  const wide = INTEGERS[dataType];
  if (wide?.[0] === 64 && Array.isArray(value)) return { value: longOf(value, wide[1]) };
  if (value instanceof Date) return { value: value.toISOString() };
  const text: unknown = typeof value === 'object' && 'text' in value ? value.text : undefined;
  return typeof text === 'string' ? { value: text } : { bad: 'no_plain_value' };
}

/** The library gives 64 bits as two halves, the high one first. Beyond 2^53 the last digits are lost. */
function longOf(halves: readonly unknown[], isSigned: boolean): number {
  const bits = (BigInt(Number(halves[0])) << 32n) | BigInt(Number(halves[1]));
  return Number(isSigned ? BigInt.asIntN(64, bits) : BigInt.asUintN(64, bits));
}

/** A value in the type of its node. Throws `point_value` where the node cannot hold it. */
export function variantOf(dataType: DataType, point: string, value: PointWrite['value']): Variant {
  const refuse = (why: string): never => {
    throw new PointError('point_value', `${point} cannot hold ${JSON.stringify(value)}: ${why}`);
  };
  if (typeof value === 'object') return refuse('it is one value');
  if (dataType === DataType.Boolean)
    return new Variant({ dataType, value: booleanOf(value) ?? refuse('it is on or off') });
  if (dataType === DataType.String) return new Variant({ dataType, value: String(value) });
  const integer = INTEGERS[dataType];
  const isReal = dataType === DataType.Float || dataType === DataType.Double;
  if (integer === undefined && !isReal) return refuse(`a ${DataType[dataType]} cannot be written from here`);
  const number = String(value).trim() === '' ? Number.NaN : Number(value);
  if (!Number.isFinite(number)) return refuse('it is no number');
  if (integer === undefined) return new Variant({ dataType, value: number });
  const [bits, isSigned] = integer;
  if (!Number.isSafeInteger(number)) return refuse('it is no whole number');
  const whole = BigInt(number);
  if (whole !== (isSigned ? BigInt.asIntN(bits, whole) : BigInt.asUintN(bits, whole))) {
    return refuse(`it is no ${DataType[dataType]}`);
  }
  if (bits < 64) return new Variant({ dataType, value: number });
  const unsigned = BigInt.asUintN(64, whole);
  const halves = [Number(unsigned >> 32n), Number(unsigned & 0xffffffffn)];
  return new Variant({ dataType, arrayType: VariantArrayType.Scalar, value: halves });
}

const WORDS: Readonly<Record<string, boolean | undefined>> = {
  ...{ true: true, on: true, '1': true },
  ...{ false: false, off: false, '0': false },
};

function booleanOf(value: string | number | boolean): boolean | undefined {
  return WORDS[String(value).trim().toLowerCase()];
}
