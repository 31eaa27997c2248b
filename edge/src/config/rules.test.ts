import { readFile } from 'node:fs/promises';
import { describe, expect, it } from 'vitest';
import { RULE_TYPES, RULES } from '../rules/index.ts';
import { checkConfig, ConfigError, configJsonSchema, describeKeys, diffConfig, type Problem } from './index.ts';

const SOURCES = { catalog: ['ppe', 'defect', 'sanitation'], env: {}, path: '/etc/lineside/lineside.yaml' };
const HEAD =
  'device: d\nsignals: [{id: scale-1}]\ncameras:\n  - {id: a, url: "rtsp://h/1", models: [ppe, defect, sanitation]}\nrules:\n';

/** Options without a default, by the type of the rule that needs them. */
const REQUIRED: Readonly<Record<string, object>> = { weight: { signal: 'scale-1', nominal: 500 } };

const load = (rule: string) => checkConfig(`${HEAD}  - ${rule}\n`, SOURCES).config;

function problem(rule: string): Partial<Problem> {
  try {
    load(rule);
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error;
    expect(error.problems).toHaveLength(1);
    return error.problems[0]!;
  }
  throw new Error('the configuration was accepted');
}

describe('the rules of a configuration', () => {
  it.each(RULES)('take a rule of type $type with the defaults of its type', ({ type, defaultModel, options }) => {
    const required = REQUIRED[type] ?? {};
    const { rules } = load(JSON.stringify({ id: 'r', type, camera: 'a', ...required }));
    expect(rules).toEqual([options.parse({ id: 'r', type, camera: 'a', ...required })]);
    expect(rules).toMatchObject([{ type, ...(defaultModel === undefined ? {} : { model: defaultModel }) }]);
  });

  it('refuse a type that does not exist, at its place, and suggest the one that was meant', () => {
    expect(problem('{id: r, type: spil, camera: a}')).toMatchObject({
      code: 'value_invalid',
      line: 6,
      column: 13,
      path: 'rules[0].type',
      message: `must be one of ${RULE_TYPES.join(', ')}`,
      advice: 'did you mean spill?',
    });
  });

  it('refuse a mask that is no zone of the camera, and a shift that the line does not have', () => {
    expect(problem('{id: r, type: spill, camera: a, masks: [mirror]}')).toMatchObject({
      code: 'unknown_zone',
      path: 'rules[0].masks[0]',
    });
    expect(problem('{id: r, type: spill, camera: a, shifts: [Early, Nights]}')).toMatchObject({
      code: 'unknown_shift',
      path: 'rules[0].shifts[1]',
      advice: 'did you mean Night?',
    });
  });

  it('refuse the model of a garment that the camera does not have, and a garment that is required but not known', () => {
    expect(problem('{id: r, type: ppe, camera: a, garments: [{id: mask, model: masks}]}')).toMatchObject({
      code: 'model_not_on_camera',
      path: 'rules[0].garments[0].model',
    });
    expect(problem('{id: r, type: ppe, camera: a, required: [mask]}')).toMatchObject({
      path: 'rules[0].required[0]',
      message: 'must be one of the garments of the rule: headwear',
    });
  });

  it('are read from the documented example of an imported model for masks', async () => {
    const page = await readFile(new URL('../../../docs/models.md', import.meta.url), 'utf8');
    const [, text = ''] = /```yaml\n(device: line-1\n[^`]+)```/.exec(page) ?? [];
    const { config } = checkConfig(text, SOURCES);
    expect(config.rules[0]).toMatchObject({
      type: 'ppe',
      garments: [{ id: 'headwear' }, { id: 'mask', model: 'masks' }],
    });
  });

  it('say which types there are where a rule has none', () => {
    expect(problem('{id: r, camera: a}')).toMatchObject({
      code: 'key_missing',
      path: 'rules[0].type',
      advice: `write one of ${RULE_TYPES.join(', ')}`,
    });
  });

  it('refuse an option of another type at its line, and name the type that has it', () => {
    expect(problem('{id: r, type: missing_headwear, camera: a,\n     minZoneFraction: 0.5}')).toMatchObject({
      code: 'key_of_other_type',
      line: 7,
      path: 'rules[0].minZoneFraction',
      message: 'is not a key of missing_headwear, only of spill',
    });
  });

  it('suggest only options of the type itself for one that is misspelt', () => {
    expect(problem('{id: r, type: spill, camera: a, minZonefraction: 0.5}')).toMatchObject({
      code: 'unknown_key',
      advice: 'did you mean minZoneFraction?',
    });
  });

  it('are described for editors and documents with every option of every type', () => {
    const keys = describeKeys().filter(({ path }) => path.startsWith('rules[].'));
    for (const { options, type } of RULES) {
      for (const name of Object.keys(options.shape)) {
        const having = keys.filter(({ path, forms }) => path === `rules[].${name}` && forms?.includes(type) !== false);
        expect(having, `${type}.${name}`).toHaveLength(1);
        expect(having[0]?.description).not.toBe('');
        expect(having[0]?.restart).toBe('rule');
      }
    }
    expect(JSON.stringify(configJsonSchema())).toContain('"const":"spill"');
  });

  it('differ by the option that was changed, and only the rule is restarted', () => {
    const before = load('{id: r, type: spill, camera: a}');
    const after = load('{id: r, type: spill, camera: a, minZoneFraction: 0.3, minDuration: 4s}');
    expect(diffConfig(before, after)).toMatchObject({
      restart: 'rule',
      changes: [{ path: 'rules.r.minDuration' }, { path: 'rules.r.minZoneFraction' }],
    });
  });
});
