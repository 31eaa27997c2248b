import {
  DATA_TYPES,
  dataTypeOf,
  type DataType,
  type Metric,
  type MetricValue,
  type Payload,
  type RawValue,
} from './metric.ts';
import { PayloadType } from './payload-schema.ts';

/** A larger payload, or one with more metrics, is not read. */
export const MAX_PAYLOAD_BYTES = 1_048_576;
export const MAX_METRICS = 5_000;
const MAX_TEXT = 4_096;

/** The payload in bytes. Types that a number does not fit are the caller's mistake. */
export function encodePayload({ timestamp, metrics, seq }: Payload): Uint8Array {
  const message = {
    ...(timestamp === undefined ? {} : { timestamp }),
    metrics: metrics.map(encodable),
    ...(seq === undefined ? {} : { seq }),
  };
  return PayloadType.encode(PayloadType.create(message)).finish();
}

function encodable({ name, alias, timestamp, type, value, isHistorical }: Metric): object {
  return {
    ...(name === undefined ? {} : { name }),
    ...(alias === undefined ? {} : { alias }),
    ...(timestamp === undefined ? {} : { timestamp }),
    ...(type === undefined ? {} : { datatype: DATA_TYPES[type] }),
    ...(isHistorical === true ? { isHistorical } : {}),
    ...(value === null || value === undefined ? { isNull: true } : fieldOf(type, value)),
  };
}

function fieldOf(type: DataType | undefined, value: RawValue): object {
  if (typeof value === 'bigint') return { longValue: String(BigInt.asUintN(64, value)) };
  if (typeof value === 'boolean') return { booleanValue: value };
  if (typeof value === 'string') return { stringValue: value };
  switch (type) {
    case 'Int8':
    case 'Int16':
    case 'Int32':
    case 'UInt8':
    case 'UInt16':
      // Negative numbers are their two's complement, 6.4.16.
      return { intValue: value >>> 0 };
    case 'Float':
      return { floatValue: value };
    case 'Int64':
    case 'UInt64':
    case 'UInt32':
    case 'DateTime':
      return { longValue: value };
    default:
      return { doubleValue: value };
  }
}

/** What a payload says, or what is wrong with it. Nothing of it is trusted; groups and unknown fields are passed over. */
export function decodePayload(bytes: Uint8Array): Payload | { readonly problem: string } {
  if (bytes.length > MAX_PAYLOAD_BYTES) return { problem: 'too_large' };
  let decoded: unknown;
  try {
    decoded = PayloadType.toObject(PayloadType.decode(bytes), { longs: String, bytes: Array });
  } catch (error) {
    if (error instanceof Error) return { problem: 'not_sparkplug' };
    throw error;
  }
  const metrics = listOf(field(decoded, 'metrics'));
  if (metrics.length > MAX_METRICS) return { problem: 'too_many_metrics' };
  const timestamp = whole(field(decoded, 'timestamp'));
  const seq = whole(field(decoded, 'seq'));
  if (seq !== undefined && seq > 255) return { problem: 'wrong_seq' };
  return {
    metrics: metrics.map(metricOf),
    ...(timestamp === undefined ? {} : { timestamp }),
    ...(seq === undefined ? {} : { seq }),
  };
}

function metricOf(metric: unknown): Metric {
  const name = field(metric, 'name');
  const alias = whole(field(metric, 'alias'));
  const timestamp = whole(field(metric, 'timestamp'));
  const type = dataTypeOf(whole(field(metric, 'datatype')) ?? 0);
  const quality = qualityOf(field(metric, 'properties'));
  return {
    ...(typeof name === 'string' ? { name } : {}),
    ...(alias === undefined ? {} : { alias }),
    ...(timestamp === undefined ? {} : { timestamp }),
    ...(type === undefined ? {} : { type }),
    ...(field(metric, 'isHistorical') === true ? { isHistorical: true } : {}),
    ...(quality === undefined ? {} : { quality }),
    value: field(metric, 'isNull') === true ? null : rawValue(metric),
  };
}

/** As it lies in the payload: a negative integer is still its two's complement, for data has no type. */
function rawValue(metric: unknown): RawValue | undefined {
  const long = field(metric, 'longValue');
  if (typeof long === 'string') return Number(long) <= Number.MAX_SAFE_INTEGER ? Number(long) : BigInt(long);
  for (const name of ['intValue', 'floatValue', 'doubleValue', 'booleanValue', 'stringValue']) {
    const value = field(metric, name);
    if (typeof value === 'string') return value.slice(0, MAX_TEXT);
    if (typeof value === 'number' || typeof value === 'boolean') return value;
  }
  return undefined;
}

/** A value in its type, as the birth declares it: signs are put back. Undefined where it does not fit. */
export function typedValue(type: DataType | undefined, value: RawValue | undefined): MetricValue | undefined {
  if (typeof value === 'bigint') return type === 'Int64' ? Number(BigInt.asIntN(64, value)) : Number(value);
  if (value === undefined || type === undefined) return value;
  switch (type) {
    case 'Boolean':
      return typeof value === 'boolean' ? value : undefined;
    case 'String':
    case 'Text':
    case 'UUID':
      return typeof value === 'string' ? value : undefined;
    default:
      return typeof value === 'number' ? signed(type, value) : undefined;
  }
}

const SIGNED_BITS: Readonly<Partial<Record<DataType, number>>> = { Int8: 8, Int16: 16, Int32: 32 };

function signed(type: DataType, value: number): number {
  const bits = SIGNED_BITS[type];
  if (bits === undefined || value < 0) return value;
  // Some write 32 bits for Int8 and Int16, as they are sent; others only the bits of the type.
  const width = bits < 32 && value >= 2 ** bits ? 32 : bits;
  return value >= 2 ** (width - 1) ? value - 2 ** width : value;
}

function qualityOf(properties: unknown): number | undefined {
  const place = listOf(field(properties, 'keys')).indexOf('Quality');
  const value = listOf(field(properties, 'values'))[place];
  return whole(field(value, 'intValue') ?? field(value, 'longValue'));
}

function whole(value: unknown): number | undefined {
  const number = typeof value === 'string' && value !== '' ? Number(value) : value;
  return typeof number === 'number' && Number.isSafeInteger(number) && number >= 0 ? number : undefined;
}

function listOf(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : [];
}

function field(value: unknown, name: string): unknown {
  return typeof value === 'object' && value !== null && Object.hasOwn(value, name)
    ? Reflect.get(value, name)
    : undefined;
}
