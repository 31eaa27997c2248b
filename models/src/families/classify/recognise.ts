import type { Reading } from '../reading.ts';
import type { GraphFacts } from '../recognition/graph-facts.ts';
import { shown, sizesOf } from '../recognition/shapes.ts';

/** One score per class for the whole image. */
export function recognise(facts: GraphFacts): readonly Reading[] {
  const [output, ...more] = facts.outputs;
  if (output === undefined || more.length > 0) return [];
  const sizes = sizesOf(output);
  const flat = sizes.length === 2 || (sizes.length === 4 && sizes[2] === 1 && sizes[3] === 1);
  const classes = sizes[1] ?? -1;
  if (!flat || classes < 2 || !output.type.startsWith('float')) return [];
  const softmax = facts.makers(output.name).has('Softmax') ? 'inside' : 'outside';
  const reason = `${shown(output)}: one score per class for the whole picture`;
  return [{ outputs: [output.name], classes, options: { softmax }, reason, confidence: 3 }];
}
