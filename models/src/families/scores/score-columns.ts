import type { OutputLayout } from '../../form/index.ts';
import type { RawOutput } from './raw-output.ts';

/** Every number of some outputs. */
export function allValues(outputs: readonly RawOutput[]): readonly number[] {
  return outputs.flatMap(({ data }) => Array.from(data, Number));
}

/** Attributes `from` to `to` (exclusive) of every row of a table. */
export function tableColumns({ data, shape }: RawOutput, layout: OutputLayout, from: number, to: number): Float64Array {
  const [, first = 0, second = 0] = shape;
  const [rows, count] = layout === 'anchors_first' ? [first, second] : [second, first];
  const [step, stride] = layout === 'anchors_first' ? [1, count] : [rows, 1];
  const values = new Float64Array(rows * (to - from));
  let at = 0;
  for (let a = from; a < to; a++)
    for (let row = 0; row < rows; row++) values[at++] = Number(data[row * stride + a * step] ?? 0);
  return values;
}

/** The given channels of a map [1, channels, rows, columns]. */
export function mapChannels({ data, shape }: RawOutput, channels: readonly number[]): Float64Array {
  const cells = (shape[2] ?? 0) * (shape[3] ?? 0);
  const values = new Float64Array(cells * channels.length);
  let at = 0;
  for (const channel of channels)
    for (let cell = 0; cell < cells; cell++) values[at++] = Number(data[channel * cells + cell] ?? 0);
  return values;
}

/** Largest absolute value in the first column of a table, over all runs. */
export function largestInFirstColumn(tables: readonly RawOutput[]): number {
  let most = 0;
  for (const { data, shape } of tables) {
    const [, rows = 0, columns = 1] = shape;
    for (let row = 0; row < rows; row++) most = Math.max(most, Math.abs(Number(data[row * columns] ?? 0)));
  }
  return most;
}
