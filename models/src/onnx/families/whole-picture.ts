import type { FamilyGuess, GuessFacts } from '../family.ts';
import type { OnnxValue } from '../model.ts';
import { numeric, shown } from './shapes.ts';

export function classification(facts: GuessFacts): readonly FamilyGuess[] {
  const [output, ...more] = facts.outputs;
  if (output === undefined || more.length > 0) return [];
  const shape = numeric(output);
  const flat = shape.length === 2 || (shape.length === 4 && shape[2] === 1 && shape[3] === 1);
  const classes = shape[1] ?? -1;
  if (!flat || classes < 2 || !output.type.startsWith('float')) return [];
  const softmax = facts.makers(output.name).has('Softmax') ? 'inside' : 'outside';
  const reason = `${shown(output)}: one score per class for the whole picture`;
  return [
    {
      family: 'classify',
      task: 'classify',
      outputs: [output.name],
      classes,
      options: { softmax },
      reason,
      confidence: 3,
    },
  ];
}

export function anomaly(facts: GuessFacts): readonly FamilyGuess[] {
  const named = facts.outputs.find(({ name }) => /anomaly_map|heatmap|anomap/i.test(name));
  const single = facts.outputs.length === 1 ? facts.outputs[0] : undefined;
  const map = named ?? (single !== undefined && isMap(facts, single) ? single : undefined);
  const score = facts.outputs.find(
    ({ name, type, shape }) => type.startsWith('float') && /score/i.test(name) && shape.length <= 2,
  );
  if (map === undefined && (score === undefined || !/pred_score|anomaly/i.test(score.name))) return [];
  const outputs = [score, map].flatMap((value) => value?.name ?? []);
  const reason = `${[map, score].flatMap((value) => (value === undefined ? [] : shown(value))).join(' and ')}: how unusual the picture is`;
  const options = map === undefined ? {} : { options: { mapOutput: map.name } };
  return [
    {
      family: 'anomaly',
      task: 'anomaly',
      outputs,
      ...options,
      reason,
      confidence: named === undefined && score === undefined ? 2 : 3,
    },
  ];
}

/** One plane as large as the input or a whole part of it. */
function isMap({ width, height, channels }: GuessFacts, value: OnnxValue): boolean {
  const shape = numeric(value);
  const [rows = -1, columns = -1] = shape.slice(-2);
  const plane = shape.length === 3 || (shape.length === 4 && shape[1] === 1 && channels === 3);
  return plane && rows > 8 && columns > 8 && Math.abs(width / columns - height / rows) < 0.01;
}

/** The picture again: what it could not draw is unusual. */
export function autoencoder(facts: GuessFacts): readonly FamilyGuess[] {
  const [output, ...more] = facts.outputs;
  if (output === undefined || more.length > 0) return [];
  const shape = numeric(output);
  const { width, height, channels } = facts;
  const same = [`1,${channels},${height},${width}`, `1,${height},${width},${channels}`].includes(shape.join(','));
  if (!same) return [];
  const reason = `${shown(output)}: a picture of the input's size, drawn again`;
  return [{ family: 'autoencoder', task: 'anomaly', outputs: [output.name], reason, confidence: 3 }];
}
