import { definitionOf, type RuleOptions } from './rules.ts';

/** A label that a rule reads and the model does not have. */
export interface LabelProblem {
  /** Option of the rule that names the label. */
  readonly option: string;
  readonly message: string;
  readonly advice: string;
}

/**
 * What is wrong between a rule and the labels of its model. A label that the file names must be one of the model's. Of
 * labels that the rule takes by default, one is enough, and none is needed where the rule can do without.
 */
export function labelProblems(rule: RuleOptions, modelLabels: readonly string[]): readonly LabelProblem[] {
  return (definitionOf(rule.type)?.labelNeeds(rule) ?? []).flatMap(({ option, labels, defaults, required }) => {
    const missing = labels.filter((label) => !modelLabels.includes(label));
    const named = missing.filter((label) => !defaults.includes(label));
    const isBlind = required && missing.length === labels.length;
    if (named.length === 0 && !isBlind) return [];
    const lacking = (isBlind ? missing : named).join(', ');
    return [
      {
        option,
        message: `model ${rule.model} has no label ${lacking}${isBlind ? ', so this rule can never open an event' : ''}`,
        advice: `set ${option} to labels of the model: ${modelLabels.join(', ')}`,
      },
    ];
  });
}
