/** Tables of Modbus, with the digit by which 5-digit and 6-digit notations name them. */
export const TABLES = { coil: 0, discrete: 1, input: 3, holding: 4 } as const;
export type Table = keyof typeof TABLES;

/** Types of values in registers, with the number of registers; a `text` says its own. */
export const TYPES = { uint16: 1, int16: 1, uint32: 2, int32: 2, float32: 2, uint64: 4, int64: 4, float64: 4 } as const;
export type NumberType = keyof typeof TYPES;

/** Order of the bytes of a 32-bit value on the wire, as A is the highest; a rule that nobody keeps. */
export const ORDERS = ['ABCD', 'CDAB', 'BADC', 'DCBA'] as const;
export type ByteOrder = (typeof ORDERS)[number];

export type ModbusPoint = { readonly table: Table; readonly address: number } & (
  | { readonly type: 'bit' }
  | { readonly type: 'register_bit'; readonly bit: number }
  | { readonly type: NumberType; readonly order: ByteOrder }
  | { readonly type: 'text'; readonly registers: number; readonly order: ByteOrder }
);

const MAX_ADDRESS = 65_535;
const MAX_TEXT = 64;
const FORM = 'write TABLE:ADDRESS from 0 on, such as holding:100, input:7, coil:0 or discrete:3';

/**
 * `holding:100`, `input:7?type=float32&order=CDAB`, `holding:3?bit=2`, `holding:40?type=text&length=8`, `coil:0`.
 * Addresses count from 0. Gives what is wrong with it as text.
 */
export function parsePoint(text: string): ModbusPoint | string {
  const [place = '', query = ''] = text.split('?');
  const match = /^([a-z]+):(\d{1,5})$/.exec(place);
  const table = match?.[1];
  const address = Number(match?.[2]);
  if (table === undefined || !Object.hasOwn(TABLES, table) || address > MAX_ADDRESS) return `is no point: ${FORM}`;
  const options = new URLSearchParams(query);
  const unknown = [...options.keys()].find(
    (name) => !['type', 'order', 'bit', 'length', 'every', 'unit'].includes(name),
  );
  if (unknown !== undefined) return `has the option ${unknown}; known are type, order, bit, length, every and unit`;
  return typed({ table: table as Table, address }, options);
}

function typed(
  place: { readonly table: Table; readonly address: number },
  options: URLSearchParams,
): ModbusPoint | string {
  if (place.table === 'coil' || place.table === 'discrete') {
    return options.has('type') || options.has('bit') ? 'is one bit: it has no type' : { ...place, type: 'bit' };
  }
  const bit = options.get('bit');
  if (bit !== null) {
    return /^\d{1,2}$/.test(bit) && Number(bit) < 16
      ? { ...place, type: 'register_bit', bit: Number(bit) }
      : `has the bit ${bit}: bits are 0 to 15`;
  }
  const type = options.get('type') ?? 'uint16';
  const order = options.get('order') ?? 'ABCD';
  if (!isOrder(order)) return `has the order ${order}: known are ${ORDERS.join(', ')}`;
  if (type === 'text') {
    const registers = Number(options.get('length'));
    const isLength = Number.isInteger(registers) && registers >= 1 && registers <= MAX_TEXT;
    return isLength ? { ...place, type, registers, order } : `needs length=REGISTERS for a text, 1 to ${MAX_TEXT}`;
  }
  return isType(type)
    ? { ...place, type, order }
    : `has the type ${type}: known are ${[...Object.keys(TYPES), 'text'].join(', ')}`;
}

function isOrder(text: string): text is ByteOrder {
  return (ORDERS as readonly string[]).includes(text);
}

function isType(text: string): text is NumberType {
  return Object.hasOwn(TYPES, text);
}

/** How many bits or registers it takes. */
export function widthOf(point: ModbusPoint): number {
  if (point.type === 'bit' || point.type === 'register_bit') return 1;
  return point.type === 'text' ? point.registers : TYPES[point.type];
}

/** The same place as the documents of controllers write it: 40101 for `holding:100`, six digits from 10000 on. */
export function documentNumber({ table, address }: Pick<ModbusPoint, 'table' | 'address'>): string {
  const digits = address > 9_998 ? 5 : 4;
  return `${TABLES[table]}${String(address + 1).padStart(digits, '0')}`;
}
