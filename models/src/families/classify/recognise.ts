import type { Reading } from '../reading.ts';
import type { GraphFacts, GraphOutput } from '../recognition/graph-facts.ts';
import { shown, sizesOf } from '../recognition/shapes.ts';

/** ImageNet with and without a background, and its larger version. */
const USUAL_COUNTS = new Set([1000, 1001, 21_841, 21_843]);

/** One score per class for the whole image. */
export function recognise(facts: GraphFacts): readonly Reading[] {
  const [output, ...more] = facts.outputs;
  if (output === undefined || more.length > 0 || !output.type.startsWith('float')) return [];
  const sizes = sizesOf(output);
  const [batch = -1] = sizes;
  const others = sizes.slice(1).filter((size) => size !== 1);
  if (sizes.length === 0 || sizes.length > 4 || Math.abs(batch) !== 1 || others.length > 1) return [];
  const classes = others[0] ?? 1;
  if (classes === 1) return oneScore(facts, output);
  if (classes < 2 || (sizes.length === 3 && sizes[1] !== 1 && sizes[2] !== 1)) return [];
  const makers = facts.makers(output.name);
  const softmax = makers.has('Softmax') ? 'inside' : 'outside';
  const reason = `${shown(output)}: one score per class for the whole picture`;
  const labels = facts.labels ?? facts.hints.names?.length;
  const sure = labels === classes || facts.hints.task === 'classify';
  const probable =
    ['Softmax', 'LogSoftmax', 'Sigmoid', 'HardSigmoid'].some((op) => makers.has(op)) || USUAL_COUNTS.has(classes);
  const embedding = /embed|feature|descriptor|latent|vector/i.test(output.name) || makers.has('LpNormalization');
  const certain = sure || (labels === undefined ? probable && !embedding : true);
  return [
    {
      outputs: [output.name],
      classes,
      options: { softmax },
      reason: certain ? reason : `${reason}, or numbers that describe it (an embedding)`,
      ...(certain ? { confidence: 3 } : { confidence: 1, uncertain: true }),
    },
  ];
}

/** One number, as Keras gives it for two classes: the score of the second. */
function oneScore(facts: GraphFacts, output: GraphOutput): readonly Reading[] {
  const sigmoid = facts.makers(output.name).has('Sigmoid');
  const reason = `${shown(output)}: one ${sigmoid ? 'score from 0 to 1' : 'number'} for the whole picture`;
  const labels = facts.labels ?? facts.hints.names?.length;
  const certain = labels === 1 || labels === 2;
  const options = { sigmoid: sigmoid ? 'inside' : 'outside' } as const;
  const outputs = [output.name];
  return [
    {
      outputs,
      classes: 1,
      complement: true,
      options,
      reason,
      ...(certain ? { confidence: 3 } : { confidence: 1, uncertain: true }),
    },
  ];
}
