import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import sharp from 'sharp';
import { describe, expect, it } from 'vitest';
import { heading, type Report, type Row, spreadOver } from '../../bench/report.ts';
import { codeModules, printedCode } from '../support/printed-codes.ts';
import { FROM_SOURCE, NODE, runProcess } from '../support/processes.ts';
import { tempDir } from '../support/temp-dir.ts';

const MAIN = fileURLToPath(new URL('../../bench/main.ts', import.meta.url));

function bench(...args: readonly string[]): ReturnType<typeof runProcess> {
  return runProcess(NODE, [...FROM_SOURCE, MAIN, ...args], { withinMs: 110_000 });
}

/** First cell of every line of the table. */
function firstCells(stdout: string): string[] {
  const lines = stdout.split('\n').filter((line) => line.startsWith('| '));
  return lines.map((line) => line.split('|')[1]?.trim() ?? '');
}

async function run(name: string, path: string): Promise<{ report: Report; stdout: string }> {
  const { code, stdout, stderr } = await bench(name, '--quick', '--seconds', '1', '--json', path);
  expect(code, stderr).toBe(0);
  return { report: JSON.parse(await readFile(path, 'utf8')) as Report, stdout };
}

describe('npm run bench', () => {
  it('measures a line whose frames all have their fate, and prints what it writes as JSON', async () => {
    await using dir = await tempDir();
    const { report, stdout } = await run('slice', dir.join('slice.json'));
    const keys = report.columns.map(({ key }) => key);
    expect(firstCells(stdout)).toEqual(keys.map(heading));
    expect(report.rows.map((row) => row['pictures'])).toEqual(['off', 'on']);
    for (const row of [...report.rows, ...(report.rounds ?? [])]) {
      expect(Object.keys(row).sort()).toEqual([...keys].sort());
      const count = (key: string): number => Number(row[key]);
      expect(count('inspected')).toBeGreaterThan(0);
      expect(count('offered')).toBe(count('inspected') + count('skipped') + count('failed'));
      expect(count('journaled')).toBe(count('inspected'));
      expect(count('cpuPerCamera')).toBeGreaterThan(0);
      expect(count('frameToJournalP99Ms')).toBeGreaterThanOrEqual(count('frameToJournalP50Ms'));
      expect(count('frameToJournalP50Ms')).toBeGreaterThanOrEqual(0);
    }
  });

  it('measures the journal beside bare SQLite, and the start with records in it', async () => {
    await using dir = await tempDir();
    const { report, stdout } = await run('journal', dir.join('journal.json'));
    const keys = report.columns.map(({ key }) => key);
    const [start] = report.tables ?? [];
    expect(firstCells(stdout)).toEqual([...keys, ...(start?.columns ?? []).map(({ key }) => key)].map(heading));
    expect(start?.rows.map((row) => [row['records'], row['events']])).toEqual([
      [0, 0],
      [10_000, 3_333],
      [100_000, 33_333],
    ]);
    for (const row of start?.rows ?? []) expect(row['startMs']).toBeGreaterThan(0);
    for (const row of report.rows) for (const key of keys) expect(row[key], key).toBeGreaterThan(0);
  });

  it('measures the reading of codes and text, every pack of the twin being read, and the rates on photographs', async () => {
    await using dir = await tempDir();
    const modules = await codeModules('4006381333931', 'EAN13');
    const { pixels, width, height } = printedCode(modules);
    await mkdir(dir.join('ean13-1'));
    const image = sharp(pixels, { raw: { width, height, channels: 1 } }).png();
    await image.toFile(dir.join('ean13-1/01.png'));
    await writeFile(dir.join('ean13-1/01.txt'), '4006381333931');
    const path = dir.join('codes.json');
    const { code, stderr } = await bench('codes', '--quick', '--data', dir.path, '--json', path);
    expect(code, stderr).toBe(0);
    const { rows, tables = [] } = JSON.parse(await readFile(path, 'utf8')) as Report;
    expect(rows.map((row) => row['reads'])).toEqual([6, 6, 6, 6, 6]);
    for (const row of rows) expect(row['cpuMs']).toBeGreaterThan(0);
    expect(tables[0]?.rows[0]).toMatchObject({ set: 'ean13-1', pictures: 1, read: 1, wrong: 0, alone: 1 });
  });

  it.each([
    ['a name it does not know', ['nothing'], 'Error: no bench is called nothing\nTry: one of slice, '],
    ['a length that is none', ['slice', '--seconds', 'long'], 'Error: --seconds long is not a length of time\nTry: '],
  ])('refuses %s and advises what to do', async (_, args, expected) => {
    const { code, stderr, stdout } = await bench(...args);
    expect(code).toBe(2);
    expect(stderr).toContain(expected);
    expect(stdout).toBe('');
  });
});

describe('the spread over rounds', () => {
  it('is median, lowest and highest under the names of the column', () => {
    const rows: Row[] = [
      { arm: 'on', ms: 4 },
      { arm: 'on', ms: 9 },
      { arm: 'on', ms: 5 },
    ];
    const spread = spreadOver(rows, [{ key: 'arm' }, { key: 'ms' }, { key: 'absent' }]);
    expect(spread).toEqual({ arm: 'on', ms: 5, msLow: 4, msHigh: 9, absent: null });
  });
});
