import { readFileSync, readdirSync } from 'node:fs';
import { EVENT_KINDS, LANGUAGES, type Words } from '@lineside/protocol/vocabulary';
import { describe, expect, it } from 'vitest';
import { frameAt, ruleOf, STEP_MS, track } from '../../../tests/support/crafted-tracks.ts';
import type { Track } from '../domain/index.ts';
import { definitionOf, RULE_TYPES, RULES } from './index.ts';

/** What must be in the frame beside an object with the first label of the rule, for an event to open. */
const BESIDE: Readonly<Record<string, (atMs: number) => readonly Track[]>> = {
  ppe: (atMs) => [track(2, 'bare_head', [310, 102, 330, 112], { lastSeenMs: atMs })],
};

/** Types whose events need more than an object in sight; each has its own tests of its life. */
const SITUATIONAL = ['count', 'rate', 'downtime', 'weight'];
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
