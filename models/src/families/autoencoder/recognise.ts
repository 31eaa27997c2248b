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
  const reason = `${shown(output)}: a picture of the input's size`;
  // Models that sharpen, denoise or colour an image have the same output.
  const named = /reconstruct|decoded|auto_?encoder/i.test(output.name);
  return [{ outputs: [output.name], reason, ...(named ? { confidence: 3 } : { confidence: 1, uncertain: true }) }];
}
