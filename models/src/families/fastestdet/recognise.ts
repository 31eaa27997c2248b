import type { Reading } from '../reading.ts';
import type { GraphFacts } from '../recognition/graph-facts.ts';
import { fitsClasses, shown, sizesOf } from '../recognition/shapes.ts';

/** One map with a box per cell. */
export function recognise(facts: GraphFacts): readonly Reading[] {
  const [output, ...more] = facts.outputs;
  if (output === undefined || more.length > 0 || output.shape.length !== 4) return [];
  const [, channels = -1, rows = -1, columns = -1] = sizesOf(output);
  const stride = facts.height / rows;
  if (channels < 6 || !Number.isInteger(stride) || stride < 8 || facts.width / columns !== stride) return [];
  const classes = channels - 5;
  const reason = `${shown(output)}: objectness, box and ${classes} classes for each cell of ${stride} pixels`;
  const reading = { outputs: [output.name], classes, options: { strides: [stride] }, reason } as const;
  // A map of classes has the same form.
  return [fitsClasses(facts, classes) ? { ...reading, confidence: 2 } : { ...reading, confidence: 1, uncertain: true }];
}
