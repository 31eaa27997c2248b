/** TensorProto.DataType by number, with ONNX Runtime's names. */
const ELEMENTS: Readonly<Record<number, string>> = {
  1: 'float32',
  2: 'uint8',
  3: 'int8',
  4: 'uint16',
  5: 'int16',
  6: 'int32',
  7: 'int64',
  8: 'string',
  9: 'bool',
  10: 'float16',
  11: 'float64',
  12: 'uint32',
  13: 'uint64',
  14: 'complex64',
  15: 'complex128',
  16: 'bfloat16',
  17: 'float8e4m3fn',
  18: 'float8e4m3fnuz',
  19: 'float8e5m2',
  20: 'float8e5m2fnuz',
  21: 'uint4',
  22: 'int4',
  23: 'float4e2m1',
};

/** `float32`, `uint8`, ...; types that a newer ONNX adds are `type N`. */
export function elementName(type: number): string {
  return ELEMENTS[type] ?? `type ${type}`;
}

/** Number of an element type; 0 for an unknown name. */
export function elementNumber(name: string): number {
  return Number(Object.entries(ELEMENTS).find(([, known]) => known === name)?.[0] ?? 0);
}

/** Bytes of one element, for the size of initializers; half a byte for 4-bit types. */
export function elementBytes(type: number): number {
  if ([2, 3, 9, 17, 18, 19, 20].includes(type)) return 1;
  if ([4, 5, 10, 16].includes(type)) return 2;
  if ([7, 11, 13, 14].includes(type)) return 8;
  if ([21, 22, 23].includes(type)) return 0.5;
  return type === 15 ? 16 : 4;
}
