import { readdir, readFile } from 'node:fs/promises';
import { expect, it } from 'vitest';

type Words = string | Readonly<Record<string, string>>;
type Table = Readonly<Record<string, Readonly<Record<string, Words>>>>;

const LANGUAGES = { en: ['one', 'other'], ru: ['one', 'few', 'many'] };
const here = new URL('../../page/', import.meta.url);
const assets = new URL('../../../web/assets/', import.meta.url);

const tableOf = async (url: URL, name: string): Promise<Table> =>
  ((await import(url.href)) as Record<string, Table>)[name] ?? {};
const formsOf = (words: Words | undefined): readonly string[] =>
  words === undefined ? [] : typeof words === 'string' ? [words] : Object.values(words);
const placesOf = (text: string): string =>
  [...text.matchAll(/\{(\w+)\}/g)]
    .map(([, name]) => name)
    .sort()
    .join();

/** Everything that scripts of a folder write between quotation marks. */
async function quotedIn(folder: URL): Promise<ReadonlySet<string>> {
  const quoted = new Set<string>();
  for (const name of await readdir(folder)) {
    if (!name.endsWith('.js') || /texts\.js$/.test(name)) continue;
    const source = await readFile(new URL(name, folder), 'utf8');
    for (const [, text] of source.matchAll(/'([^'\n]*)'/g)) quoted.add(text ?? '');
    for (const [, text] of source.matchAll(/t\(`(\w+_)\$\{/g)) quoted.add(text ?? '');
  }
  return quoted;
}

it.each([
  ['edge/page', new URL('texts.js', here), 'TEXTS', here],
  ['web/assets', new URL('common-texts.js', assets), 'COMMON_TEXTS', assets],
])(
  'every text of %s is there in every language, with the same places for values, and is used',
  async (_folder, url, name, folder) => {
    const table = await tableOf(url, name);
    expect(Object.keys(table).length).toBeGreaterThan(20);
    const quoted = await quotedIn(folder);
    for (const [key, texts] of Object.entries(table)) {
      const [places] = formsOf(texts['en']).map(placesOf);
      for (const [language, plurals] of Object.entries(LANGUAGES)) {
        const words = texts[language];
        expect(formsOf(words), `${key} in ${language}`).not.toEqual([]);
        for (const form of formsOf(words)) {
          expect(form.trim(), `${key} in ${language}`).not.toBe('');
          expect(placesOf(form), `${key} in ${language}`).toBe(places);
        }
        if (typeof words === 'object') expect(Object.keys(words), `${key} in ${language}`).toEqual(plurals);
      }
      const group = `${key.split('_')[0] ?? ''}_`;
      expect(quoted.has(key) || quoted.has(group), `${key} is not used`).toBe(true);
    }
  },
);

it('every text that a script of the page asks for is in the table', async () => {
  const table = await tableOf(new URL('texts.js', here), 'TEXTS');
  for (const name of await readdir(here)) {
    if (!name.endsWith('.js')) continue;
    const source = await readFile(new URL(name, here), 'utf8');
    for (const [, key = ''] of source.matchAll(/\bt\('(\w+)'/g)) expect(table, `${name}: ${key}`).toHaveProperty(key);
  }
});

it('every finding of the device has a text in Russian', async () => {
  const table = await tableOf(new URL('finding-texts.js', here), 'FINDING_TEXTS');
  const health = await readFile(new URL('health.ts', import.meta.url), 'utf8');
  const codes = [...health.matchAll(/code: '(\w+)'/g)].map(([, code]) => code ?? '');
  const pictures = ['frozen', 'dark', 'overexposed', 'covered', 'blurred', 'moved'].map((code) => `picture_${code}`);
  const streams = ['low_rate', 'low_bitrate', 'keyframe_interval', 'clock_wrong'].map((code) => `camera_${code}`);
  expect(codes.length).toBeGreaterThan(15);
  for (const code of [...codes, ...pictures, ...streams]) {
    expect(formsOf(table[code]?.['ru']), code).toHaveLength(2);
  }
});

it('the first document names every module, so that a slow link asks for them together', async () => {
  const document = await readFile(new URL('index.html', here), 'utf8');
  for (const name of await readdir(here)) {
    if (name.endsWith('.js')) expect(document, name).toContain(`"/${name}"`);
  }
});
