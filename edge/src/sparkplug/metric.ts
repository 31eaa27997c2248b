/** Data types of Sparkplug B 3.0, 6.4.16, that are read or written here. */
export const DATA_TYPES = {
  Int8: 1,
  Int16: 2,
  Int32: 3,
  Int64: 4,
  UInt8: 5,
  UInt16: 6,
  UInt32: 7,
  UInt64: 8,
  Float: 9,
  Double: 10,
  Boolean: 11,
  String: 12,
  DateTime: 13,
  Text: 14,
  UUID: 15,
} as const;
export type DataType = keyof typeof DATA_TYPES;

export type MetricValue = number | boolean | string;
/** As it lies in a payload: integers of 64 bits that a number cannot hold are whole. */
export type RawValue = MetricValue | bigint;

/** One metric of a payload. Births have name, alias and type; data has the alias alone. */
export interface Metric {
  readonly name?: string;
  readonly alias?: number;
  /** Milliseconds since 1970. */
  readonly timestamp?: number;
  readonly type?: DataType;
  /** `null`: `is_null`; undefined: of a kind that is not read here. */
  readonly value: RawValue | null | undefined;
  readonly isHistorical?: boolean;
  /** Of the property `Quality`: 0 bad, 192 good, 500 stale. */
  readonly quality?: number;
}

export interface Payload {
  readonly timestamp?: number;
  readonly metrics: readonly Metric[];
  /** 0 to 255; a death and a command have none. */
  readonly seq?: number;
}

const NAMES = new Map<number, DataType>(
  Object.entries(DATA_TYPES).map(([name, number]) => [number, name as DataType] as const),
);

export function dataTypeOf(number: number): DataType | undefined {
  return NAMES.get(number);
}
