import { chmod, writeFile } from 'node:fs/promises';
import { systemClock } from '@lineside/kit';
import { afterEach, expect, it } from 'vitest';
import { BusyProcesses } from '../../../../tests/support/busy-processes.ts';
import { tempDir } from '../../../../tests/support/temp-dir.ts';
import { type Check, type CheckResult, runCheck } from '../check.ts';
import { clockCheck } from './clock-check.ts';
import { ffmpegCheck } from './ffmpeg-check.ts';

const PATH = process.env['PATH'] ?? '';
afterEach(() => {
  process.env['PATH'] = PATH;
});

/** A program that waits, as one whose disk is slow, and answers in the end. */
async function slow(path: string): Promise<void> {
  await writeFile(path, '#!/bin/sh\nsleep 7\n');
  await chmod(path, 0o755);
}

const run = (check: Check): Promise<readonly CheckResult[]> =>
  runCheck(check, { clock: systemClock, signal: new AbortController().signal, slow: () => undefined });

it('a slow ffprobe and a slow timedatectl are reported as slow and never as missing, beside busy processes', async () => {
  await using dir = await tempDir('lineside-slow-');
  await slow(dir.join('ffprobe'));
  await slow(dir.join('timedatectl'));
  process.env['PATH'] = `${dir.path}:${PATH}`;
  await using stack = new AsyncDisposableStack();
  stack.use(new BusyProcesses(6));
  const [ffmpeg, clock] = await Promise.all([
    run(ffmpegCheck(process.env['PATH'], () => undefined)),
    run(clockCheck(systemClock, dir.join('journal.db'))),
  ]);
  // The real FFmpeg gets little of the CPUs, and the time that it needs.
  expect(ffmpeg).toMatchObject([
    { code: 'ffprobe_slow', verdict: 'warning', message: expect.stringMatching(/load \d+\.\d on \d+ CPU/) },
    { code: 'ffmpeg_ok', verdict: 'ok' },
  ]);
  expect(clock).toMatchObject([
    { code: 'clock_unknown', verdict: 'warning', message: expect.stringContaining('timedatectl is slow') },
  ]);
});
