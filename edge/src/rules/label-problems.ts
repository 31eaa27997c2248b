import { definitionOf, placeOf, type RuleOptions } from './rules.ts';

/** A label that a rule reads and the model does not have. */
export interface LabelProblem {
  /** Option of the rule that names the label. */
  readonly option: string;
  readonly message: string;
  readonly advice: string;
}

/**
 * What is wrong between a rule and the labels of its model. A label that the file names must be one of the model's. Of
 * labels that the rule takes by default, one is enough, and none is needed where the rule can do without. `labelsOf`
 * returns the labels of a model; undefined where they are not known, and then nothing is wrong.
 */
export function labelProblems(
  rule: RuleOptions,
  labelsOf: (model: string) => readonly string[] | undefined,
): readonly LabelProblem[] {
  return (definitionOf(rule.type)?.labelNeeds(rule) ?? []).flatMap(({ option, labels, defaults, required, model }) => {
    const from = model ?? placeOf(rule).model;
    const modelLabels = from === undefined ? undefined : labelsOf(from);
    if (modelLabels === undefined || labels.length === 0) return [];
    const missing = labels.filter((label) => !modelLabels.includes(label));
    const named = missing.filter((label) => !defaults.includes(label));
    const isBlind = required && missing.length === labels.length;
    if (named.length === 0 && !isBlind) return [];
    const lacking = (isBlind ? missing : named).join(', ');
    return [
      {
        option,
        message: `model ${from ?? ''} has no label ${lacking}${isBlind ? ', so this rule can never open an event' : ''}`,
        advice: `set ${option} to labels of the model: ${modelLabels.join(', ')}`,
      },
    ];
  });
}

/** Every model whose labels a rule reads. */
export function modelsReadBy(rule: RuleOptions): readonly string[] {
  const further = (definitionOf(rule.type)?.labelNeeds(rule) ?? []).flatMap(({ model }) => model ?? []);
  return [...new Set([placeOf(rule).model ?? [], ...further].flat())];
}
