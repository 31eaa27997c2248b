import { describe, expect, it } from 'vitest';
import { labelProblems, RuleOptions } from './index.ts';

const problems = (options: object, modelLabels: readonly string[]) =>
  labelProblems(RuleOptions.parse({ id: 'r', camera: 'c', ...options }) as RuleOptions, () => modelLabels);

describe('the labels of a rule and its model', () => {
  it('agree when the model has one of the default labels', () => {
    expect(problems({ type: 'spill' }, ['litter'])).toEqual([]);
    expect(problems({ type: 'missing_headwear' }, ['bare_head'])).toEqual([]);
    expect(problems({ type: 'product_defect' }, ['defect', 'product', 'cap'])).toEqual([]);
  });

  it('do not agree when the model has none of them, and the advice lists its labels', () => {
    expect(problems({ type: 'spill' }, ['cat', 'dog'])).toEqual([
      {
        option: 'labels',
        message: 'model sanitation has no label spill, litter, so this rule can never open an event',
        advice: 'set labels to labels of the model: cat, dog',
      },
    ]);
  });

  it('do not agree when the file names a label that the model does not have', () => {
    expect(problems({ type: 'spill', labels: ['spill', 'oil'] }, ['spill', 'litter'])).toMatchObject([
      { option: 'labels', message: 'model sanitation has no label oil' },
    ]);
    expect(problems({ type: 'missing_headwear', headwearLabels: ['hat'] }, ['bare_head', 'person'])).toMatchObject([
      { option: 'headwearLabels', message: 'model ppe has no label hat' },
    ]);
  });

  it('are checked for each model that a rule reads', () => {
    const garments = [
      { id: 'mask', model: 'masks', absent: ['no_mask'] },
      { id: 'gloves', model: 'hands', absent: ['bare_hand'] },
    ];
    const rule = RuleOptions.parse({ id: 'r', camera: 'c', type: 'ppe', garments }) as RuleOptions;
    const known: Record<string, string[]> = { ppe: ['person'], masks: ['mask', 'no_mask'], hands: ['gloves', 'hand'] };
    expect(labelProblems(rule, (model) => known[model])).toEqual([
      {
        option: 'garments',
        message: 'model hands has no label bare_hand, so this rule can never open an event',
        advice: 'set garments to labels of the model: gloves, hand',
      },
    ]);
    expect(labelProblems(rule, () => undefined)).toEqual([]);
  });
});
