import { describe, expect, it } from 'vitest';
import { planChange } from './index.ts';
import { checkConfig, ConfigError, recipeFor, withRecipe } from '../config/index.ts';

const TEXT = `
device: line-1
cameras: [{id: a, url: rtsp://h/1, models: [ppe, defect]}]
signals: [{id: scale-1}]
rules:
  - {id: heads, type: missing_headwear, camera: a}
  - {id: w, type: weight, camera: a, signal: scale-1, nominal: 500}
recipes:
  - {id: small, product: "400", rules: {w: {nominal: 250, clearItems: 9}}, fields: {shelfLifeDays: 21}}
  - {id: plain}
`;
const load = (text: string) => checkConfig(text, { catalog: ['ppe', 'defect'], env: {}, path: '/c.yaml' }).config;

describe('a recipe', () => {
  it('is found by its id and by the code of its product', () => {
    const config = load(TEXT);
    expect(recipeFor(config, 'small')?.id).toBe('small');
    expect(recipeFor(config, '400')?.id).toBe('small');
    expect(recipeFor(config, 'plain')?.id).toBe('plain');
    expect(recipeFor(config, '401')).toBeUndefined();
  });

  it('changes the options that it names, and starts only those rules again', () => {
    const config = load(TEXT);
    const changed = withRecipe(config, recipeFor(config, 'small'));
    expect(changed.rules[1]).toMatchObject({ id: 'w', nominal: 250, clearItems: 9, window: 50 });
    expect(changed.rules[0]).toEqual(config.rules[0]);
    expect(planChange(config, changed)).toEqual([
      { kind: 'change_rules', moves: [{ camera: 'a', removed: ['w'], added: ['w'] }] },
    ]);
    expect(planChange(changed, withRecipe(config, recipeFor(config, 'plain')))).toHaveLength(1);
    expect(withRecipe(config, recipeFor(config, 'plain'))).toEqual(config);
  });

  it.each([
    ['a rule that is not there', '{w: {nominal: 250, clearItems: 9}}', '{x: {nominal: 1}}', 'unknown_rule'],
    ['an option that is not there', '{nominal: 250, clearItems: 9}', '{nominals: 250}', 'recipe_option'],
    ['a value that is not allowed', '{nominal: 250, clearItems: 9}', '{nominal: -1}', 'recipe_option'],
    ['the camera of a rule', '{nominal: 250, clearItems: 9}', '{camera: b}', 'recipe_option'],
  ])('is refused with %s', (_what, from, to, code) => {
    expect(TEXT).toContain(from);
    try {
      load(TEXT.replace(from, to));
      expect.unreachable();
    } catch (error) {
      expect(error).toBeInstanceOf(ConfigError);
      expect((error as ConfigError).problems.map((problem) => problem.code)).toContain(code);
    }
  });
});
