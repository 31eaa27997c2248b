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

describe('facts of a recipe', () => {
  const CODES = `
device: line-1
cameras: [{id: a, url: rtsp://h/1, models: [defect]}]
rules:
  - id: codes
    type: code_check
    camera: a
    fields:
      - {id: ean, kind: code, gtin: "{product}"}
      - {id: date, kind: date, format: DD.MM.YY, shelfLife: "{shelfLife}"}
recipes:
  - {id: milk, product: "4006381333931", fields: {shelfLife: 21d}}
  - {id: soya, product: "4006381333948", fields: {shelfLife: 6mo}}
`;

  it('stand in the texts of a rule, and a change of recipe starts that rule again', () => {
    const config = load(CODES);
    const milk = withRecipe(config, recipeFor(config, '4006381333931'));
    expect(milk.rules[0]).toMatchObject({ fields: [{ gtin: '4006381333931' }, { shelfLife: '21d' }] });
    const soya = withRecipe(config, recipeFor(config, 'soya'));
    expect(planChange(milk, soya)).toEqual([
      { kind: 'change_rules', moves: [{ camera: 'a', removed: ['codes'], added: ['codes'] }] },
    ]);
  });

  it.each([
    ['that is missing', 'fields: {shelfLife: 21d}', 'fields: {}', 'recipe_fact_missing'],
    ['that is no shelf life', 'shelfLife: 21d', 'shelfLife: long', 'recipe_option'],
    ['that is no GTIN', '4006381333931', '4006381333932', 'recipe_option'],
  ])('are refused with one %s', (_what, from, to, code) => {
    try {
      load(CODES.replace(from, to));
      expect.unreachable();
    } catch (error) {
      expect((error as ConfigError).problems.map((problem) => problem.code)).toContain(code);
    }
  });

  it('change the camera where the first rule that reads comes, because it must deliver its own pixels then', () => {
    const without = load(CODES.replace(/rules:[^]*recipes:/, 'recipes:'));
    expect(planChange(without, load(CODES))).toEqual([
      { kind: 'change_cameras', added: [], replaced: ['a'], removed: [], models: [] },
    ]);
  });
});
