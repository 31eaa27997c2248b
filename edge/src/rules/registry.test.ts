import { readFileSync, readdirSync } from 'node:fs';
import { EVENT_KINDS, LANGUAGES, type Words } from '@lineside/protocol/vocabulary';
import { describe, expect, it } from 'vitest';
import { frameAt, play, ruleOf, STEP_MS, track } from '../../../tests/support/crafted-tracks.ts';
import type { RuleOutput, Signal, Track } from '../domain/index.ts';
import { definitionOf, RULE_TYPES, RULES } from './index.ts';

/** What must be in the frame beside an object with the first label of the rule, for an event to open. */
const BESIDE: Readonly<Record<string, (atMs: number) => readonly Track[]>> = {
  ppe: (atMs) => [track(2, 'bare_head', [310, 102, 330, 112], { lastSeenMs: atMs })],
};

/** Types whose events need more than an object in sight; each has its own tests of its life. */
const SITUATIONAL = ['code_check', 'count', 'rate', 'downtime', 'weight', 'camera_health', 'maintenance'];
/** Options that a type requires beside id, type and camera. */
const REQUIRED: Readonly<Record<string, object>> = { weight: { signal: 'scale-1', nominal: 500 } };

const folderOf = (type: string): URL => new URL(`./${type.replaceAll('_', '-')}/`, import.meta.url);

function isComplete(words: Words): boolean {
  return LANGUAGES.every((language) => words[language].trim() !== '');
}

describe('the registry of rules', () => {
  it('has each type once, and returns it by its name', () => {
    expect(new Set(RULE_TYPES).size).toBe(RULES.length);
    for (const rule of RULES) expect(definitionOf(rule.type)).toBe(rule);
    expect(definitionOf('dirt')).toBeUndefined();
  });
});

describe.each(RULES)('the folder of the rule $type', ({ type, kind, words, options, labelNeeds, ...definition }) => {
  const config = { id: 'r', type, camera: 'c', ...REQUIRED[type] };
  const readsModel = definition.defaultModel !== undefined;

  it('is named like the type and has a document and tests', () => {
    const name = type.replaceAll('_', '-');
    expect(readdirSync(folderOf(type))).toEqual(
      expect.arrayContaining(['index.ts', 'options.ts', 'words.ts', `${name}.md`, `${name}.test.ts`]),
    );
    expect(readFileSync(new URL(`${name}.md`, folderOf(type)), 'utf8')).toMatch(/^```\n/);
  });

  it('names a kind of the vocabulary and has words in every language', () => {
    expect(Object.keys(EVENT_KINDS)).toContain(kind);
    const { details, ...others } = words;
    for (const word of [...Object.values(others), ...Object.values(details)]) {
      expect(isComplete(word), JSON.stringify(word)).toBe(true);
    }
  });

  it('has words for no detail that its code never reports', () => {
    const folder = folderOf(type);
    const code = readdirSync(folder).filter((name) => /\.ts$/.test(name) && !/test|words/.test(name));
    const text = code.map((name) => readFileSync(new URL(name, folder), 'utf8')).join('\n');
    const dead = Object.keys(words.details).filter((name) => !new RegExp(`\\b${name}\\b`).test(text));
    expect(dead).toEqual([]);
  });

  it('needs no signals that it does not name as options', () => {
    for (const { option } of definition.signalOptions ?? []) expect(Object.keys(options.shape)).toContain(option);
  });

  it.runIf(readsModel)('needs no options but id, type and camera, and reads at least one label', () => {
    const parsed = options.parse(config);
    expect(parsed).toMatchObject(config);
    expect(labelNeeds(parsed).flatMap(({ labels }) => labels)).not.toEqual([]);
    expect(labelNeeds(parsed).some(({ required }) => required)).toBe(true);
    for (const { option } of labelNeeds(parsed)) expect(Object.keys(options.shape)).toContain(option);
  });
});

/** A scene for each type whose events need more than an object in sight, in which an event opens. */
const SITUATIONS: Readonly<Record<string, () => readonly RuleOutput[]>> = {
  camera_health: () => {
    const rule = ruleOf({ id: 'r', type: 'camera_health', lostAfter: '1s' });
    const picture = { problems: ['moved'], luma: 80, contrast: 40, sharpness: 6, similarity: 0.3 } as const;
    const stream = { problems: ['low_rate'], quality: 3, fps: 2, bitsPerS: 4e5 } as const;
    const seen = { camera: 'c', state: 'streaming', restarts: 0, picture, stream } as const;
    const error = { code: 'auth', message: 'refused', advice: 'correct it' } as const;
    const away = { camera: 'c', state: 'failed', restarts: 1, error } as const;
    return [[seen, 0] as const, [away, 1_000] as const, [away, 3_000] as const].flatMap(
      ([status, atMs]) => rule.camera?.(status, atMs) ?? [],
    );
  },
  code_check: () => {
    const fields = [{ id: 'ean', kind: 'code', gtin: '4006381333931' }];
    const rule = ruleOf({ id: 'r', type: 'code_check', maxReadings: 1, fields });
    rule.step({ frame: frameAt(0), tracks: [track(1, 'product', [200, 100, 300, 200])] });
    return (rule.readings?.() ?? []).flatMap(({ regions, ...request }) => {
      const seen = regions.map(({ name }) => ({ name, printed: false, codes: [], lines: [] }));
      return rule.reading?.({ ...request, status: 'read', regions: seen, tookMs: 1 }) ?? [];
    });
  },
  count: () => {
    const rule = ruleOf({
      id: 'r',
      type: 'count',
      line: [
        [0.5, 1],
        [0.5, 0],
      ],
    });
    return play(rule, 0, 8000, (atMs) => {
      const x = 420 - atMs * 0.03;
      return [track(1, 'product', [x - 15, 100, x + 15, 160])];
    });
  },
  rate: () => {
    const rule = ruleOf({ id: 'r', type: 'rate', window: '20s', minDuration: '5s', minRate: 30 });
    return play(rule, 0, 60_000, () => []);
  },
  downtime: () => {
    const rule = ruleOf({ id: 'r', type: 'downtime', stateSignal: 'state', reasonSignal: 'reason' });
    const texts: Readonly<Record<string, string>> = { state: 'Held', reason: 'jam' };
    const get = (id: string): Signal => ({
      ...{ id, type: 'text', source: 'push:', atMs: 0, wallMs: 0, sample: 1, epoch: 1 },
      reading: { state: 'good', value: texts[id] ?? '' },
    });
    return [0, 1, 2, 3].flatMap((k) => rule.step({ frame: frameAt(k * STEP_MS), tracks: [], signals: { get } }));
  },
  maintenance: () => {
    const limits = { maxCount: 5, countSignal: 'cycles', maxRunning: '1h', stateSignal: 'state', interval: '1d' };
    const rule = ruleOf({ id: 'r', type: 'maintenance', ...limits });
    const cycles = (value: number): Signal => ({
      ...{ id: 'cycles', type: 'number', source: 'push:', ...NOW, sample: 1, reading: { state: 'good', value } },
    });
    const at = (atMs: number, value: number): readonly RuleOutput[] =>
      rule.tick?.({ atMs, wallMs: 0, signals: { get: (id) => (id === 'cycles' ? cycles(value) : undefined) } }) ?? [];
    return [...at(0, 100), ...at(500, 105)];
  },
  weight: () => {
    const rule = ruleOf({ id: 'r', type: 'weight', signal: 'scale', nominal: 500, window: 5 });
    const weigh = (value: number, sample: number): readonly RuleOutput[] => {
      const reading = { state: 'good' as const, value };
      const one: Signal = { id: 'scale', type: 'number', source: 'push:', reading, ...NOW, sample };
      return rule.signal?.(one, { get: () => one }, sample * STEP_MS) ?? [];
    };
    return [500, 400, 480, 480, 480, 480, 480].flatMap((value, k) => weigh(value, k + 1));
  },
};
const NOW = { atMs: 0, wallMs: 0, epoch: 1 };

it('has a scene for each type whose events need more than an object in sight', () => {
  expect(Object.keys(SITUATIONS).toSorted()).toEqual(SITUATIONAL.toSorted());
});

it.each(Object.entries(SITUATIONS))('an event of the rule %s has only details that have words', (type, scene) => {
  const outputs = scene();
  expect(outputs[0]).toMatchObject({ phase: 'opened', ruleType: type });
  const named = Object.keys(definitionOf(type)?.words.details ?? {});
  for (const { details = {} } of outputs) expect(named).toEqual(expect.arrayContaining(Object.keys(details)));
});

describe.each(RULES.filter(({ type }) => !SITUATIONAL.includes(type)))(
  'an event of the rule $type',
  ({ type, kind, words, options, labelNeeds }) => {
    const config = { id: 'r', type, camera: 'c', ...REQUIRED[type] };

    it('has the kind and type of its definition, and only details that have words', () => {
      const [own = ''] = labelNeeds(options.parse(config))[0]?.labels ?? [];
      const rule = ruleOf({ ...config, minDuration: '1s' });
      const frames = Array.from({ length: 20 }, (_, k) => k * STEP_MS);
      const outputs = frames.flatMap((atMs) =>
        rule.step({
          frame: frameAt(atMs),
          tracks: [track(1, own, [300, 100, 340, 140], { lastSeenMs: atMs }), ...(BESIDE[type]?.(atMs) ?? [])],
        }),
      );
      const label = BESIDE[type]?.(0)[0]?.label ?? own;
      expect(outputs[0]).toMatchObject({ phase: 'opened', kind, ruleType: type, label });
      for (const name of Object.keys(outputs[0]?.details ?? {})) expect(Object.keys(words.details)).toContain(name);
    });
  },
);
