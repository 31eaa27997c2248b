import type { Reading } from '../reading.ts';
import type { RawOutput } from '../scores/raw-output.ts';
import { allValues } from '../scores/score-columns.ts';

/** The reconstructed image: a model that works draws different images differently. */
export function scoresOf(_reading: Reading, [image]: readonly RawOutput[]): ArrayLike<number> {
  return image === undefined ? [] : allValues([image]);
}
