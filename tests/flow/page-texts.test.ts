import { readdir, readFile } from 'node:fs/promises';
import { describe, expect, it } from 'vitest';
import { LOSS_REASONS } from '@lineside/protocol/vocabulary';
import { formsOf, PAGE_LANGUAGES, placesOf, quotedIn, scriptsOf, textsOf } from '../support/page-texts.ts';

const root = new URL('../../', import.meta.url);
const folderOf = (path: string): URL => new URL(`${path}/`, root);
const sourceOf = (path: string): Promise<string> => readFile(new URL(path, root), 'utf8');

const ASSETS = folderOf('web/assets');
const COMMON = { folder: ASSETS, tables: { 'common-texts.js': 'COMMON_TEXTS' } };
const DEVICE = { folder: folderOf('edge/page'), tables: { 'texts.js': 'TEXTS' } };
const COLLECTOR = {
  folder: folderOf('cloud-sync/collector/page'),
  tables: { 'texts.js': 'TEXTS', 'person-texts.js': 'PERSON_TEXTS' },
};
const PAGES = [
  ['device', DEVICE],
  ['collector', COLLECTOR],
] as const;

/** Whether a key is put together from a group and a code, so that it cannot be another. */
const isOfCode = (key: string): boolean => key.includes('_');
const sameAs = (one: object, other: object): boolean => JSON.stringify(one) === JSON.stringify(other);

describe('the texts of the pages', () => {
  it.each([...PAGES, ['both', COMMON] as const])(
    'of %s are there in every language, with the same places for values and the plural forms of the language',
    async (_page, { folder, tables }) => {
      const table = await textsOf(folder, tables);
      expect(Object.keys(table).length).toBeGreaterThan(20);
      for (const [key, texts] of Object.entries(table)) {
        const [places] = formsOf(texts['en']).map(placesOf);
        expect(Object.keys(texts), key).toEqual(Object.keys(PAGE_LANGUAGES));
        for (const [language, plurals] of Object.entries(PAGE_LANGUAGES)) {
          const words = texts[language];
          for (const form of formsOf(words)) {
            expect(form.trim(), `${key} in ${language}`).not.toBe('');
            expect(placesOf(form), `${key} in ${language}`).toBe(places);
          }
          if (typeof words === 'object') expect(Object.keys(words), `${key} in ${language}`).toEqual(plurals);
        }
      }
    },
  );

  it.each(PAGES)('of %s are all used', async (_page, { folder, tables }) => {
    const quoted = await quotedIn(folder);
    for (const key of Object.keys(await textsOf(folder, tables))) {
      const group = `${key.split('_')[0] ?? ''}_`;
      expect(quoted.has(key) || quoted.has(group), `${key} is not used`).toBe(true);
    }
  });

  it('that are common are used by the common parts, or by both pages', async () => {
    const common = await quotedIn(ASSETS);
    const [device, collector] = await Promise.all(PAGES.map(([, { folder }]) => quotedIn(folder)));
    for (const key of Object.keys(await textsOf(COMMON.folder, COMMON.tables))) {
      const isOfBoth = device?.has(key) === true && collector?.has(key) === true;
      expect(common.has(key) || isOfBoth, `${key} is not used`).toBe(true);
    }
  });

  it.each(PAGES)('of %s repeat none of the common ones, neither key nor words', async (_page, { folder, tables }) => {
    const common = await textsOf(COMMON.folder, COMMON.tables);
    for (const [key, texts] of Object.entries(await textsOf(folder, tables))) {
      expect(common, key).not.toHaveProperty(key);
      const same = isOfCode(key) ? [] : Object.keys(common).filter((other) => sameAs(common[other] ?? {}, texts));
      expect(same, key).toEqual([]);
    }
  });

  it('are repeated nowhere between the two pages: what both say is common', async () => {
    const [device, collector] = await Promise.all(PAGES.map(([, { folder, tables }]) => textsOf(folder, tables)));
    const repeated = Object.entries(collector ?? {}).flatMap(([key, texts]) =>
      Object.entries(device ?? {}).flatMap(([other, words]) =>
        !isOfCode(other) && sameAs(words, texts) ? [`${key} = ${other}`] : [],
      ),
    );
    expect(repeated).toEqual([]);
  });

  it.each(PAGES)('that a script of %s asks for are in its tables', async (_page, { folder, tables }) => {
    const table = { ...(await textsOf(COMMON.folder, COMMON.tables)), ...(await textsOf(folder, tables)) };
    for (const [name, source] of await scriptsOf(folder)) {
      for (const [, key = ''] of source.matchAll(/\bt\('(\w+)'/g)) expect(table, `${name}: ${key}`).toHaveProperty(key);
    }
  });
});

it.each(PAGES)(
  'the first document of %s names every module, so that a slow link asks for them together',
  async (_page, { folder }) => {
    const document = await readFile(new URL('index.html', folder), 'utf8');
    const names = [
      ...(await scriptsOf(folder)).keys(),
      ...(await readdir(folder)).filter((name) => /texts\.js$/.test(name)),
    ];
    expect(names.length).toBeGreaterThan(10);
    for (const name of names) expect(document, name).toContain(`"/${name}"`);
  },
);

describe('the words of codes', () => {
  it('are there for every reason for which a device declares records lost', async () => {
    const evictor = await sourceOf('edge/src/journal/evictor.ts');
    const tombstones = await sourceOf('edge/src/journal/tombstones.ts');
    const quarantine = await sourceOf('edge/src/journal/recovery/quarantine.ts');
    const [, kept = ''] = /QUARANTINE_REASONS = \[([^\]]*)\]/.exec(quarantine) ?? [];
    const codes = [
      ...[...evictor.matchAll(/#evict(?:Oldest)?\((?:\w+, )?'(\w+)'\)/g)].map(([, code]) => code ?? ''),
      ...[...tombstones.matchAll(/DELIVERED_AND_PRUNED = '(\w+)'/g)].map(([, code]) => code ?? ''),
      ...[...kept.matchAll(/'(\w+)'/g)].map(([, code]) => `journal_${code ?? ''}`),
    ];
    expect([...new Set(codes)].sort()).toEqual(Object.keys(LOSS_REASONS).sort());
  });

  it('are there on the page of the collector for every reason of a refused message, and every step of a rollout', async () => {
    const table = await textsOf(COLLECTOR.folder, COLLECTOR.tables);
    const [codec, inbox, check] = await Promise.all(
      [
        'cloud-sync/protocol/src/codec.ts',
        'cloud-sync/protocol/src/inbox.ts',
        'cloud-sync/collector/src/ingest/check-batch.ts',
      ].map(sourceOf),
    );
    const union = (source: string | undefined, name: string): readonly string[] => {
      const [, body = ''] = new RegExp(`type ${name} =([^;]*);`).exec(source ?? '') ?? [];
      return [...body.matchAll(/'(\w+)'/g)].map(([, code]) => code ?? '');
    };
    const refused = [
      ...union(codec, 'MalformedReason'),
      ...union(inbox, 'RefusalReason'),
      ...union(check, 'RefusedReason'),
    ];
    expect(refused).toHaveLength(9);
    for (const code of refused) expect(table).toHaveProperty(`refused_${code}`);
    const rollouts = await Promise.all(
      ['step', 'start', 'person-acts'].map((name) => sourceOf(`cloud-sync/collector/src/rollouts/${name}.ts`)),
    );
    const acts = new Set([
      ...[...rollouts.join('\n').matchAll(/(?:#note\(|action: )'(\w+)'/g)].map(([, code]) => code ?? ''),
      // Those that a person gives, and those that are the states in which a line or a rollout ends.
      ...['pause', 'resume', 'approve', 'stopped', 'failed', 'updating', 'committed'],
    ]);
    expect(acts.size).toBe(Object.keys(table).filter((key) => key.startsWith('act_')).length);
    for (const code of acts) expect(table).toHaveProperty(`act_${code}`);
  });

  it('are there in Russian for everything that the collector can say against a request of its page', async () => {
    const table = await textsOf(COLLECTOR.folder, { 'problem-texts.js': 'PROBLEM_TEXTS' });
    const folder = 'cloud-sync/collector/src';
    const sources = await Promise.all(
      [
        ...['http/access', 'http/claims', 'http/parse-query', 'http/problem', 'http/reviews', 'http/same-site'],
        ...['http/server', 'enrolment/claim-desk', 'reviews/mark-event'],
      ].map((name) => sourceOf(`${folder}/${name}.ts`)),
    );
    const codes = [...sources.join('\n').matchAll(/code: '(\w+)'/g)].map(([, code]) => code ?? '');
    expect(codes.length).toBeGreaterThan(12);
    // The page asks for no address that is not there, and always sends a body that can be read.
    for (const code of codes.filter((one) => one !== 'not_found' && one !== 'body_invalid')) {
      expect(formsOf(table[code]?.['ru']).join(), code).toMatch(/[а-я]/);
    }
  });
});
