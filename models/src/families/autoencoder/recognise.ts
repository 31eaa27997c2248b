import type { Reading } from '../reading.ts';
import type { GraphFacts } from '../recognition/graph-facts.ts';
import { shown, sizesOf } from '../recognition/shapes.ts';

/** An image of the input's size: what the model could not reconstruct is unusual. */
export function recognise(facts: GraphFacts): readonly Reading[] {
  const [output, ...more] = facts.outputs;
  if (output === undefined || more.length > 0) return [];
  const { width, height, channels } = facts;
  const shape = sizesOf(output).join(',');
  const same = [`1,${channels},${height},${width}`, `1,${height},${width},${channels}`].includes(shape);
  if (!same) return [];
  return [
    { outputs: [output.name], reason: `${shown(output)}: a picture of the input's size, drawn again`, confidence: 3 },
  ];
}
