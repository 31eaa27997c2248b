import { EvaluationError } from '../errors.ts';

export interface LabelMap {
  /** The model's label for a label of the set; labels of the set that are absent here are not evaluated. */
  readonly toModel: ReadonlyMap<string, string>;
  /** Labels of the model that the set speaks of, in the model's order. */
  readonly judged: readonly string[];
  /** Labels of the set that the model does not have. */
  readonly ignored: readonly string[];
}

/**
 * Which label of the model each label of a set is: as given in `pairs`, else the same name.
 *
 * @throws EvaluationError `labels_unmatched` when a pair names a label that is not there, or nothing matches at all.
 */
export function mapLabels(
  set: readonly string[],
  model: readonly string[],
  pairs: ReadonlyMap<string, string>,
): LabelMap {
  for (const [from, to] of pairs) {
    if (!set.includes(from)) throw unmatched(`the set has no label ${from}; it has ${set.join(', ')}`);
    if (!model.includes(to)) throw unmatched(`the model has no label ${to}; it has ${model.join(', ')}`);
  }
  const toModel = new Map<string, string>();
  for (const label of set) {
    const to = pairs.get(label) ?? (model.includes(label) ? label : undefined);
    if (to !== undefined) toModel.set(label, to);
  }
  if (toModel.size === 0) {
    throw unmatched(
      `no label of the set (${set.join(', ')}) is a label of the model (${model.slice(0, 20).join(', ')})`,
    );
  }
  const reached = new Set(toModel.values());
  return {
    toModel,
    judged: model.filter((label) => reached.has(label)),
    ignored: set.filter((label) => !toModel.has(label)),
  };
}

function unmatched(message: string): EvaluationError {
  return new EvaluationError('labels_unmatched', message);
}
