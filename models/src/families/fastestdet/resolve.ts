import type { Reading } from '../reading.ts';
import type { RawOutput } from '../scores/raw-output.ts';
import { SLACK } from '../scores/score-range.ts';
import { mapChannels } from '../scores/score-columns.ts';

/** Objectness and classes lie between 0 and 1; planes that all sum to 1 are a map of classes. */
export function contradicts(reading: Reading, outputs: readonly RawOutput[]): boolean {
  const map = outputs.find(({ name }) => name === reading.outputs[0]);
  if (map === undefined) return false;
  if (scoresOf(reading, [map]).some((value) => value < -SLACK || value > 1 + SLACK)) return true;
  const channels = map.shape[1] ?? 0;
  const cells = map.data.length / channels;
  const sums = Array.from({ length: cells }, (_, cell) => {
    let sum = 0;
    for (let c = 0; c < channels; c++) sum += Number(map.data[c * cells + cell]);
    return sum;
  });
  return sums.every((sum) => Math.abs(sum - 1) < SLACK);
}

/** The channel of objectness, and those of the classes after the box. */
export function scoresOf({ classes = 0 }: Reading, [map]: readonly RawOutput[]): Float64Array {
  return map === undefined
    ? new Float64Array(0)
    : mapChannels(map, [0, ...Array.from({ length: classes }, (_, c) => 5 + c)]);
}
