import { readdir, readFile } from 'node:fs/promises';
import { expect, it } from 'vitest';
import { formsOf, type TextTable, textsOf } from '../../../tests/support/page-texts.ts';
import { JOURNAL_ALARMS } from '../journal/alarms.ts';

const here = new URL('../../page/', import.meta.url);

const tableOf = (file: string, name: string): Promise<TextTable> => textsOf(here, { [file]: name });

it('every finding of the device has a text in Russian', async () => {
  const table = await tableOf('finding-texts.js', 'FINDING_TEXTS');
  const health = await readFile(new URL('health.ts', import.meta.url), 'utf8');
  const codes = [...health.matchAll(/code: '(\w+)'/g)].map(([, code]) => code ?? '');
  const pictures = ['frozen', 'dark', 'overexposed', 'covered', 'blurred', 'moved'].map((code) => `picture_${code}`);
  const streams = ['low_rate', 'low_bitrate', 'keyframe_interval', 'clock_wrong'].map((code) => `camera_${code}`);
  expect(codes.length).toBeGreaterThan(15);
  for (const code of [...codes, ...pictures, ...streams]) {
    expect(formsOf(table[code]?.['ru']).length, code).toBeGreaterThanOrEqual(2);
  }
});

it('every error that can reach the page has a text in Russian: of streams, models, engines, data folder, link, access and changes', async () => {
  const table = { ...(await tableOf('error-texts.js', 'ERROR_TEXTS')) };
  const findings = await tableOf('finding-texts.js', 'FINDING_TEXTS');
  const documented = await readFile(new URL('../../../docs/errors.md', import.meta.url), 'utf8');
  const codesOf = (module: string): readonly string[] => {
    const [, section = ''] = new RegExp(`^## ${module} \\(.*\\n([^]*?)(?=^## |$(?![^]))`, 'm').exec(documented) ?? [];
    return [...section.matchAll(/^\| `(\w+)`/gm)].map(([, code]) => code ?? '');
  };
  const uplink = await readdir(new URL('../../../cloud-sync/uplink/src/session/', import.meta.url));
  const sources = await Promise.all(
    uplink
      .filter((name) => /(?<!\.test)\.ts$/.test(name))
      .map((name) => readFile(new URL(`../../../cloud-sync/uplink/src/session/${name}`, import.meta.url), 'utf8')),
  );
  const link = new Set(sources.join('\n').match(/(?<=')broker_\w+(?=')/g));
  const changes = ['config_invalid', 'config_changed', 'nothing_kept', 'preview_busy', 'preview_failed', 'privacy_on'];
  const codes = [
    ...codesOf('camera').map((code) => `stream_${code}`),
    ...['inference', 'engines', 'vision', 'teaching', 'access'].flatMap(codesOf),
    ...JOURNAL_ALARMS,
    ...link,
    ...changes,
  ];
  expect(codesOf('camera').length).toBeGreaterThan(20);
  expect(link.size).toBeGreaterThan(10);
  expect(codes.length).toBeGreaterThan(90);
  for (const code of codes) {
    const { message, advice } = {
      message: '',
      advice: '',
      ...((table[code] ?? findings[code])?.['ru'] as object | undefined),
    };
    expect([code, /[а-я]/.test(message), advice !== '']).toEqual([code, true, true]);
  }
});

it('what a finding says in Russian has every name and figure that the device gives with its code', async () => {
  const findings = await tableOf('finding-texts.js', 'FINDING_TEXTS');
  const source =
    (await readFile(new URL('health.ts', import.meta.url), 'utf8')) +
    (await readFile(new URL('../load/judge-load.ts', import.meta.url), 'utf8'));
  const given = (code: string): string => {
    const at = source.lastIndexOf(`code: '${code}'`);
    // The code of a secret is that of its error.
    if (at < 0) return source.slice(source.indexOf('function secretWarnings'));
    const end = source.indexOf("code: '", at + 1);
    return source.slice(at, end < 0 ? undefined : end);
  };
  let places = 0;
  for (const [code, texts] of Object.entries(findings)) {
    for (const [, name = ''] of formsOf(texts['ru'])
      .join(' ')
      .matchAll(/\{(\w+)\}/g)) {
      places += 1;
      const args = /args: \{[^]{0,300}/.exec(given(code))?.[0] ?? '';
      expect(args, `${code}: ${name}`).toMatch(new RegExp(`\\b${name}\\b`));
    }
  }
  expect(places).toBeGreaterThan(15);
});
