import { type ModbusPoint, type Table, widthOf } from './modbus-point.ts';

/** One request that reads several points. */
export interface ReadGroup {
  readonly table: Table;
  readonly from: number;
  readonly length: number;
  /** Indexes of the points in it. */
  readonly points: readonly number[];
}

/** A request reads at most this much (Modbus application protocol 1.1b3, 6.1 and 6.3). */
const MAX_REGISTERS = 125;
const MAX_BITS = 2000;
/** Neighbours with so little between them are read together: one request takes longer than these registers. */
const MAX_GAP = 8;

/** Few requests for many points. A value of several registers is never divided between two of them. */
export function readPlan(points: readonly ModbusPoint[]): readonly ReadGroup[] {
  const groups: { table: Table; from: number; length: number; points: number[] }[] = [];
  const order = points
    .map((point, index) => ({ point, index }))
    .toSorted((a, b) => a.point.table.localeCompare(b.point.table) || a.point.address - b.point.address);
  for (const { point, index } of order) {
    const max = point.table === 'coil' || point.table === 'discrete' ? MAX_BITS : MAX_REGISTERS;
    const end = point.address + widthOf(point);
    const last = groups.at(-1);
    const fits = last !== undefined && last.table === point.table && end - last.from <= max;
    if (fits && point.address <= last.from + last.length + MAX_GAP) {
      last.length = Math.max(last.length, end - last.from);
      last.points.push(index);
    } else groups.push({ table: point.table, from: point.address, length: end - point.address, points: [index] });
  }
  return groups;
}
