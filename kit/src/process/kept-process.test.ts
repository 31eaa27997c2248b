import { writeFile } from 'node:fs/promises';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { type TempDir, tempDir } from '../../../tests/support/temp-dir.ts';
import { waitFor } from '../../../tests/support/wait-for.ts';
import { KeptProcess, type KeptProcessOptions, systemClock } from '../index.ts';

/** Says what it hears, and ends when it is asked to. */
const CHILD = `
process.on('message', (message) => {
  if (message.type === 'end') process.exit(message.code);
  process.send({ type: 'heard', message, pid: process.pid });
});
`;

interface Heard {
  readonly message: { readonly type: string; readonly life?: number };
  readonly pid: number;
}

let dir: TempDir;
let heard: Heard[];
let ends: (string | undefined)[];
let beats: number;
let lives: number;
let stop: AbortController;
let running: Promise<void>;
let kept: KeptProcess;

beforeEach(async () => {
  dir = await tempDir('kept-process-');
  [heard, ends, beats, lives, stop] = [[], [], 0, 0, new AbortController()];
});
afterEach(async () => {
  stop.abort();
  await running;
  await dir[Symbol.asyncDispose]();
});

/** A program that hears nothing. */
async function hanging(): Promise<KeptProcessOptions['entry']> {
  const path = dir.join('hanging.mjs');
  await writeFile(path, 'for (;;);');
  return { path, execArgv: [] };
}

async function start(change: Partial<KeptProcessOptions> = {}): Promise<void> {
  const path = dir.join('child.mjs');
  await writeFile(path, CHILD);
  kept = new KeptProcess({
    ...{ name: 'child', entry: { path, execArgv: [] }, stop: { type: 'end', code: 0 } },
    ...{ beatMs: 10, silentMs: 600_000, startMs: 600_000, graceMs: 10_000, restartMs: 1, clock: systemClock },
    first: () => ({ type: 'first', life: (lives += 1) }),
    beat: () => (beats += 1),
    onMessage: (message) => void heard.push(message as Heard),
    onEnd: (reason) => void ends.push(reason),
    ...change,
  });
  running = kept.run(stop.signal);
}

it('sends the first message in each life, beats, and starts again after an end, which it reports', async () => {
  await start();
  kept.send({ type: 'other' });
  await waitFor('the first life', () => heard.some(({ message }) => message.life === 1));
  await waitFor('beats', () => beats > 1);
  expect([kept.isRunning, kept.restarts, ends]).toEqual([true, 0, []]);
  kept.send({ type: 'end', code: 3 });
  await waitFor('the second life', () => heard.some(({ message }) => message.life === 2));
  expect(ends).toEqual(['exit code 3']);
  expect(kept.restarts).toBe(1);
  stop.abort();
  await running;
  // It was asked to end, and ended so: nothing to report.
  expect(ends).toEqual(['exit code 3', undefined]);
  expect([kept.isRunning, kept.restarts]).toEqual([false, 1]);
  kept.send({ type: 'other' });
});

it('kills one that says nothing any more', async () => {
  let isHung = false;
  await start({
    silentMs: 5_000,
    beat: () => {
      if (!isHung) kept.send({ type: 'beat' });
    },
  });
  await waitFor('the first life', () => heard.length > 0);
  const before = ends.length;
  isHung = true;
  await waitFor('its end', () => ends.length > before);
  expect(ends[before]).toBe('killed by SIGKILL');
});

it('kills one that never says anything', async () => {
  await start({ startMs: 300, entry: await hanging() });
  await waitFor('its end', () => ends.length > 0);
  expect(ends[0]).toBe('killed by SIGKILL');
});

it('says why a process cannot be started, and tries again', async () => {
  await start({ entry: { path: dir.join('not-there.mjs'), execArgv: [] } });
  await waitFor('two tries', () => ends.length > 1);
  expect(ends[0]).toBe('exit code 1');
});
