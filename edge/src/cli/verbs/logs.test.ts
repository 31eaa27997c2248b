import { appendFile, writeFile } from 'node:fs/promises';
import { systemClock } from '@lineside/kit';
import { describe, expect, it } from 'vitest';
import { runHere, startLineside } from '../../../../tests/support/lineside.ts';
import { type TempDir, tempDir } from '../../../../tests/support/temp-dir.ts';
import { waitFor } from '../../../../tests/support/wait-for.ts';
import { readLogLine } from '../text/log-line.ts';

const line = (level: number, ageMs: number, msg: string, more: object = {}): string =>
  JSON.stringify({ level, time: systemClock.wallMs() - ageMs, pid: 7, name: 'lineside', ...more, msg });

async function log(dir: TempDir): Promise<readonly string[]> {
  const lines = [
    line(30, 7_200_000, 'started', { module: 'app' }),
    line(40, 3_600_000, 'slow stream', { module: 'camera', camera: 'belt' }),
    line(50, 60_000, 'lost rtsp://u:geheim@host/1', { module: 'camera' }),
    line(20, 1_000, 'details'),
    'Segmentation fault',
  ];
  await writeFile(dir.join('service.log'), `${lines.join('\n')}\n`);
  return ['logs', '--file', dir.join('service.log')];
}

const messages = async (args: readonly string[], ...more: readonly string[]): Promise<readonly string[]> => {
  const { code, stdout } = await runHere([...args, ...more]);
  expect(code).toBe(0);
  return stdout.split('\n').filter((text) => text !== '');
};

describe('lineside logs', () => {
  it('shows time, severity, module, message and fields, without credentials', async () => {
    await using dir = await tempDir();
    const shown = await messages(await log(dir));
    expect(shown).toHaveLength(4);
    expect(shown[1]).toMatch(/^\d{4}-\d\d-\d\d \d\d:\d\d:\d\d warn {2}camera +slow stream {2}camera=belt$/);
    expect(shown[2]).toContain('lost rtsp://***@host/1');
    expect(shown[3]).toMatch(/error +- +Segmentation fault$/);
  });

  it('chooses by severity, time, module and number', async () => {
    await using dir = await tempDir();
    const args = await log(dir);
    expect(await messages(args, '--severity', 'debug')).toHaveLength(5);
    expect(await messages(args, '--severity', 'error')).toHaveLength(2);
    expect(await messages(args, '--since', '2m', '--module', 'camera')).toHaveLength(1);
    expect(await messages(args, '--until', '90m', '--module', 'app')).toHaveLength(1);
    expect(await messages(args, '-n', '1')).toEqual([expect.stringContaining('Segmentation fault')]);
    const [first] = await messages(args, '--json', '--module', 'camera');
    expect(JSON.parse(first ?? '')).toMatchObject({ level: 40, camera: 'belt' });
  });

  it('says what to do where there is no log, or a time is none', async () => {
    await using dir = await tempDir();
    const none = await runHere(['logs', '--file', dir.join('none.log')]);
    expect(none.code).toBe(1);
    expect(none.stderr).toMatch(/^Error: .*none\.log cannot be read \(ENOENT\)\nTry: .*--file/);
    const bad = await runHere(['logs', '--file', dir.join('none.log'), '--since', 'yesterday']);
    expect(bad.code).toBe(2);
  });

  it('follows a file that grows and is emptied, until it is stopped', async () => {
    await using dir = await tempDir();
    const path = dir.join('service.log');
    await writeFile(path, `${line(30, 0, 'before')}\n`);
    await using child = await startLineside(['logs', '--file', path, '--follow', '--json']);
    await waitFor('the first line', () => child.stdout.includes('before'));
    await appendFile(path, `${line(30, 0, 'one')}\n${line(30, 0, 'tw').slice(0, 30)}`);
    await waitFor('the next line', () => child.stdout.includes('one'));
    await writeFile(path, `${line(30, 0, 'afresh')}\n`);
    await waitFor('the line of the new file', () => child.stdout.includes('afresh'));
    process.kill(child.pid, 'SIGINT');
    expect((await child.waitForExit()).code).toBe(0);
  });
});

it('a line that is no JSON is an error with its own words', () => {
  expect(readLogLine('{"level":30,')).toEqual({ severity: 'error', message: '{"level":30,', fields: {} });
});
