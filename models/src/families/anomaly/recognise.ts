import type { Reading } from '../reading.ts';
import type { GraphFacts, GraphOutput } from '../recognition/graph-facts.ts';
import { shown, sizesOf } from '../recognition/shapes.ts';

/** A score, a map, or both. */
export function recognise(facts: GraphFacts): readonly Reading[] {
  const named = facts.outputs.find(({ name }) => /anomaly_map|heatmap|anomap/i.test(name));
  const single = facts.outputs.length === 1 ? facts.outputs[0] : undefined;
  const map = named ?? (single !== undefined && isMap(facts, single) ? single : undefined);
  const score = facts.outputs.find(
    ({ name, type, shape }) => type.startsWith('float') && /score/i.test(name) && shape.length <= 2,
  );
  if (map === undefined && (score === undefined || !/pred_score|anomaly/i.test(score.name))) return [];
  const outputs = [score, map].flatMap((output) => output?.name ?? []);
  const both = [map, score].flatMap((output) => (output === undefined ? [] : shown(output))).join(' and ');
  const options = map === undefined ? {} : { options: { mapOutput: map.name } };
  const confidence = named === undefined && score === undefined ? 2 : 3;
  return [{ outputs, ...options, reason: `${both}: how unusual the picture is`, confidence }];
}

/** One plane as large as the input, or an integer fraction of it. */
function isMap({ width, height, channels }: GraphFacts, output: GraphOutput): boolean {
  const sizes = sizesOf(output);
  const [rows = -1, columns = -1] = sizes.slice(-2);
  const plane = sizes.length === 3 || (sizes.length === 4 && sizes[1] === 1 && channels === 3);
  return plane && rows > 8 && columns > 8 && Math.abs(width / columns - height / rows) < 0.01;
}
