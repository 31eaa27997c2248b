import type { Reading } from '../reading.ts';
import type { RawOutput } from '../scores/raw-output.ts';
import { mapChannels } from '../scores/score-columns.ts';

/** The channel of objectness, and those of the classes after the box. */
export function scoresOf({ classes = 0 }: Reading, [map]: readonly RawOutput[]): ArrayLike<number> {
  return map === undefined ? [] : mapChannels(map, [0, ...Array.from({ length: classes }, (_, c) => 5 + c)]);
}
