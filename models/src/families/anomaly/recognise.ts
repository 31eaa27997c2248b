import type { Reading } from '../reading.ts';
import type { GraphFacts, GraphOutput } from '../recognition/graph-facts.ts';
import { shown, sizesOf } from '../recognition/shapes.ts';

/** A score, a map, or both. */
export function recognise(facts: GraphFacts): readonly Reading[] {
  const map = facts.outputs.find((output) => /anomaly_?map|heatmap|anomap/i.test(output.name) && isPlane(output));
  const score = facts.outputs.find(
    ({ name, type, shape }) => type.startsWith('float') && /score/i.test(name) && shape.length <= 2,
  );
  if (map === undefined && (score === undefined || !/pred_score|anomaly/i.test(score.name))) return unnamed(facts);
  const outputs = [score, map].flatMap((output) => output?.name ?? []);
  const both = [map, score].flatMap((output) => (output === undefined ? [] : shown(output))).join(' and ');
  const options = map === undefined ? {} : { options: { mapOutput: map.name } };
  return [{ outputs, ...options, reason: `${both}: how unusual the picture is`, confidence: 3 }];
}

/** One plane without a name: a map of anomalies, of text, of depth, or of one class. */
function unnamed(facts: GraphFacts): readonly Reading[] {
  const [map, ...more] = facts.outputs;
  if (map === undefined || more.length > 0 || !isPlane(map) || !isLikeInput(facts, map)) return [];
  const options = { mapOutput: map.name };
  const reason = `${shown(map)}: one number for each place, perhaps how unusual it is`;
  return [{ outputs: [map.name], options, reason, confidence: 1, uncertain: true }];
}

function isPlane(output: GraphOutput): boolean {
  const sizes = sizesOf(output);
  return (
    output.type.startsWith('float') &&
    (sizes.length === 3 || (sizes.length === 4 && (sizes[1] === 1 || sizes[3] === 1)))
  );
}

/** A plane of the input's proportions. */
function isLikeInput({ width, height, channels }: GraphFacts, output: GraphOutput): boolean {
  const sizes = sizesOf(output);
  const [rows = -1, columns = -1] = sizes.length === 4 && sizes[1] !== 1 ? sizes.slice(1, 3) : sizes.slice(-2);
  return channels === 3 && rows > 8 && columns > 8 && Math.abs(width / columns - height / rows) < 0.01;
}
