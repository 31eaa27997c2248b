import { readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import type { AccuracyResult } from '../../bench/accuracy/result.ts';
import { FROM_SOURCE, NODE, runProcess } from '../support/processes.ts';
import { tempDir } from '../support/temp-dir.ts';

const MAIN = fileURLToPath(new URL('../../bench/accuracy/main.ts', import.meta.url));

function accuracy(...args: readonly string[]): ReturnType<typeof runProcess> {
  return runProcess(NODE, [...FROM_SOURCE, MAIN, ...args], { withinMs: 600_000 });
}

describe('npm run accuracy', () => {
  it('renders a film of the twin, runs the product on it, and reports every true event as right or missed', async () => {
    await using dir = await tempDir();
    const json = dir.join('accuracy.json');
    // A tenth of four minutes for the one condition: long enough for one spill, which lies from 4 s to 24 s.
    const cell = ['--kind', 'spill', '--condition', 'ordinary', '--minutes', '4', '--no-films'];
    const { code, stdout, stderr } = await accuracy(...cell, '--work', dir.join('work'), '--json', json);
    expect(code, stderr).toBe(0);
    expect(stderr).toMatch(/^1 of 1 {2}spill\.ordinary: \d right/m);
    expect(stdout).toContain('| spill | ordinary | 0.4 min | 1 |');
    const { events, models } = JSON.parse(await readFile(json, 'utf8')) as AccuracyResult;
    expect(events.map(({ kind, condition }) => `${kind} ${condition}`)).toEqual(['spill ordinary', 'spill all']);
    for (const row of events) {
      expect(row.truth).toBe(1);
      expect(row.matched + row.missed).toBe(1);
      expect(row.recall).toBe(row.matched);
    }
    expect(new Set(models.map(({ id }) => id))).toEqual(new Set(['defect', 'heads', 'ppe', 'sanitation']));
  });

  it('judges weights and stops of the simulated plant by its signals, hours of them, without a picture', async () => {
    await using dir = await tempDir();
    const json = dir.join('accuracy.json');
    const cell = ['--kinds', 'weight,downtime', '--condition', 'good_signals', '--minutes', '6', '--no-films'];
    const { code, stderr } = await accuracy(...cell, '--work', dir.join('work'), '--json', json);
    expect(code, stderr).toBe(0);
    const { events } = JSON.parse(await readFile(json, 'utf8')) as AccuracyResult;
    for (const kind of ['weight', 'downtime']) {
      const row = events.find((one) => one.kind === kind && one.condition === 'good_signals');
      // 24 times six minutes, for three conditions.
      expect(row).toMatchObject({ seconds: 2880, missed: 0, wrong: 0, doubles: 0, precision: 1, recall: 1 });
      expect(row?.truth).toBeGreaterThan(2);
    }
  });

  it.each([
    ['a kind that it does not know', ['--kind', 'dust'], 'Error: --kind dust is not known\nTry: one of '],
    [
      'a length that is none',
      ['--minutes', 'long'],
      'Error: --minutes long is not a number that fits\nTry: --minutes 24',
    ],
    [
      'a folder of data without films',
      ['--data', '/nowhere'],
      'Error: --data /nowhere has no folder video\nTry: --no-films',
    ],
    ['films that are not there', ['--films', '/nowhere'], 'Error: --films /nowhere is no folder\nTry: --no-films'],
  ])('refuses %s and advises what to do', async (_, args, expected) => {
    const { code, stderr, stdout } = await accuracy(...args);
    expect(code).toBe(2);
    expect(stderr).toContain(expected);
    expect(stdout).toBe('');
  });
});
