import { PointError } from '../errors.ts';
import type { PointReading, PointWrite } from '../point-protocol.ts';
import type { ByteOrder, ModbusPoint, NumberType } from './modbus-point.ts';
import { TYPES, widthOf } from './modbus-point.ts';

/** The value of a point in its registers. A number that is none is bad. */
export function decodeRegisters(point: ModbusPoint, registers: readonly number[]): PointReading {
  if (registers.length < widthOf(point)) return { bad: 'short_answer' };
  if (point.type === 'bit') return { value: registers[0] !== 0 };
  if (point.type === 'register_bit') return { value: ((registers[0] ?? 0) >> point.bit) % 2 === 1 };
  const bytes = ordered(bytesOf(registers.slice(0, widthOf(point))), point.order);
  if (point.type === 'text') {
    const text = Buffer.from(bytes).toString('latin1');
    return { value: text.split('\0')[0]?.trimEnd() ?? '' };
  }
  const value = READ[point.type](new DataView(Uint8Array.from(bytes).buffer));
  return Number.isFinite(value) ? { value } : { bad: 'not_a_number' };
}

/** A value as registers. Throws `point_value` where the point cannot hold it. */
export function encodeRegisters(point: ModbusPoint, text: string, value: PointWrite['value']): readonly number[] {
  const refuse = (why: string): never => {
    throw new PointError('point_value', `${text} cannot hold ${JSON.stringify(value)}: ${why}`);
  };
  if (typeof value === 'object') return value.every(isWord) ? value : refuse('its registers are 0 to 65535');
  if (point.type === 'bit') return [booleanOf(value) ?? refuse('it is one bit')];
  if (point.type === 'register_bit') return refuse('a single bit of a register cannot be written');
  if (point.type === 'text') return encodeText(point.registers, point.order, String(value)) ?? refuse('it is too long');
  const number = typeof value === 'string' && value.trim() !== '' ? Number(value) : Number(value);
  if (!Number.isFinite(number)) return refuse('it is no number');
  const size = TYPES[point.type] * 2;
  const view = new DataView(new ArrayBuffer(size));
  WRITE[point.type](view, number);
  const isWhole = !point.type.startsWith('float');
  if (isWhole && READ[point.type](view) !== number) refuse(`it is no ${point.type}`);
  return wordsOf(ordered([...new Uint8Array(view.buffer)], point.order));
}

function booleanOf(value: string | number | boolean): number | undefined {
  if (typeof value === 'boolean') return value ? 1 : 0;
  const word = String(value).trim().toLowerCase();
  if (['1', 'true', 'on'].includes(word)) return 1;
  return ['0', 'false', 'off'].includes(word) ? 0 : undefined;
}

function encodeText(registers: number, order: ByteOrder, text: string): readonly number[] | undefined {
  const bytes = Buffer.alloc(registers * 2);
  if (Buffer.byteLength(text, 'latin1') > bytes.length) return undefined;
  bytes.write(text, 'latin1');
  return wordsOf(ordered([...bytes], order));
}

/** The orders are their own inverse: `CDAB` and `DCBA` turn the registers round, `BADC` and `DCBA` the bytes in them. */
function ordered(bytes: readonly number[], order: ByteOrder): readonly number[] {
  const pairs = Array.from({ length: bytes.length / 2 }, (_, i) => [bytes[2 * i] ?? 0, bytes[2 * i + 1] ?? 0]);
  const turned = order === 'CDAB' || order === 'DCBA' ? pairs.toReversed() : pairs;
  return turned.flatMap((pair) => (order === 'BADC' || order === 'DCBA' ? pair.toReversed() : pair));
}

function bytesOf(registers: readonly number[]): readonly number[] {
  return registers.flatMap((register) => [(register >> 8) & 0xff, register & 0xff]);
}

function wordsOf(bytes: readonly number[]): readonly number[] {
  return Array.from({ length: bytes.length / 2 }, (_, i) => ((bytes[2 * i] ?? 0) << 8) | (bytes[2 * i + 1] ?? 0));
}

function isWord(value: number): boolean {
  return Number.isInteger(value) && value >= 0 && value <= 0xffff;
}

const READ: Readonly<Record<NumberType, (view: DataView) => number>> = {
  uint16: (view) => view.getUint16(0),
  int16: (view) => view.getInt16(0),
  uint32: (view) => view.getUint32(0),
  int32: (view) => view.getInt32(0),
  float32: (view) => view.getFloat32(0),
  // Beyond 2^53 the last digits are lost; a counter does not get there.
  uint64: (view) => Number(view.getBigUint64(0)),
  int64: (view) => Number(view.getBigInt64(0)),
  float64: (view) => view.getFloat64(0),
};

const WRITE: Readonly<Record<NumberType, (view: DataView, value: number) => void>> = {
  uint16: (view, value) => view.setUint16(0, value),
  int16: (view, value) => view.setInt16(0, value),
  uint32: (view, value) => view.setUint32(0, value),
  int32: (view, value) => view.setInt32(0, value),
  float32: (view, value) => view.setFloat32(0, value),
  uint64: (view, value) => view.setBigUint64(0, BigInt(Math.trunc(value))),
  int64: (view, value) => view.setBigInt64(0, BigInt(Math.trunc(value))),
  float64: (view, value) => view.setFloat64(0, value),
};
