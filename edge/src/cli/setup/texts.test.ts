import { expect, it } from 'vitest';
import { parseSentence } from '../../sentences/index.ts';
import { proposedRules } from './rules-step.ts';
import { languageOf, SETUP_TEXTS } from './texts.ts';

/** Every text of a table with its path; functions are called with words in place of their values. */
function textsOf(value: unknown, path = ''): readonly (readonly [path: string, text: string])[] {
  if (typeof value === 'string') return [[path, value]];
  if (typeof value === 'function') {
    const said: unknown = Reflect.apply(value, undefined, ['ONE', 'TWO']);
    return [[path, String(said)]];
  }
  return Object.entries(value ?? {}).flatMap(([key, inner]) => textsOf(inner, `${path}.${key}`));
}

it('every question is there in Russian, with the same values in it', () => {
  const english = new Map(textsOf(SETUP_TEXTS.en));
  const russian = new Map(textsOf(SETUP_TEXTS.ru));
  expect([...russian.keys()].sort()).toEqual([...english.keys()].sort());
  for (const [path, text] of russian) {
    if (path.endsWith('.label')) continue;
    expect(text, path).toMatch(/[а-яё]/i);
    for (const value of ['ONE', 'TWO']) expect(text.includes(value), path).toBe(english.get(path)?.includes(value));
  }
});

it('proposes rules that it understands, in both languages', () => {
  const labels = ['bare_head', 'spill', 'litter', 'defect'];
  const context = { cameras: [{ id: 'belt', zones: [], models: [{ id: 'all', labels }] }], shifts: [], signals: [] };
  for (const texts of Object.values(SETUP_TEXTS)) {
    const sentences = proposedRules(context, texts);
    expect(sentences).toHaveLength(3);
    for (const sentence of sentences) expect(parseSentence(sentence, context)).toMatchObject({ ok: true });
  }
});

it('speaks the language that was asked for, else that of the environment', () => {
  expect(languageOf(undefined, {})).toBe('en');
  expect(languageOf(undefined, { LANG: 'ru_RU.UTF-8' })).toBe('ru');
  expect(languageOf(undefined, { LC_ALL: 'C', LANG: 'ru_RU.UTF-8' })).toBe('en');
  expect(languageOf(undefined, { LC_ALL: '', LC_MESSAGES: 'ru', LANG: 'de_DE' })).toBe('ru');
  expect(languageOf('en', { LANG: 'ru_RU.UTF-8' })).toBe('en');
});
