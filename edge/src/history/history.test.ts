import { open, readFile } from 'node:fs/promises';
import { expect, it } from 'vitest';
import { type Clock, silentLogger } from '@lineside/kit';
import { tempDir } from '../../../tests/support/temp-dir.ts';
import { History } from './index.ts';
import { RingFile } from './ring-file.ts';

const START = Date.UTC(2026, 10, 29, 3);

/** A clock of which each sleep takes no time; it ends with the signal after `minutes`. */
function quickClock(minutes: number, stop: AbortController, startMs = START): Clock {
  let slept = 0;
  return {
    wallMs: () => startMs + slept * 60_000,
    monoMs: () => slept * 60_000,
    sleep: async (_ms, signal) => {
      if (slept >= minutes) stop.abort();
      signal?.throwIfAborted();
      slept += 1;
    },
  };
}

it('keeps means of the last day, over a restart, in a file that does not grow', async () => {
  await using dir = await tempDir();
  const path = dir.join('history.ring');
  const run = async (minutes: number, startMs: number, celsius: number): Promise<History> => {
    const stop = new AbortController();
    const clock = quickClock(minutes, stop, startMs);
    const measure = () => ({ temperatureC: celsius, queuedRecords: 3 });
    const history = new History({ path, measure, clock, log: silentLogger });
    await history.run(stop.signal);
    return history;
  };
  await run(60, START, 40);
  const { length } = await readFile(path);
  const history = await run(30, START + 2 * 3_600_000, 60);
  expect((await readFile(path)).length).toBe(length);
  const { series, everyMs } = history.view();
  expect(everyMs).toBe(300_000);
  expect(series.temperatureC?.filter((value) => value !== null)).toEqual([
    ...Array.from({ length: 13 }, () => 40),
    ...Array.from({ length: 6 }, () => 60),
  ]);
  expect(series.temperatureC).toHaveLength(288);
  expect(new Set(series.latencyMs)).toEqual(new Set([null]));
});

it('drops what is older than a day, and a sample that a power cut has torn', async () => {
  await using dir = await tempDir();
  const path = dir.join('history.ring');
  const options = { path, series: ['a', 'b'], slots: 10, slotMs: 60_000 };
  const ring = RingFile.open(options);
  for (let k = 0; k < 25; k += 1) ring.write({ atMs: START + k * 60_000, values: [k, Number.NaN] });
  expect(ring.read().map(({ values }) => values[0])).toEqual([15, 16, 17, 18, 19, 20, 21, 22, 23, 24]);
  ring.close();
  const file = await open(path, 'r+');
  await file.write(Buffer.from([7]), 0, 1, 512 + 20 * 3 + 14);
  await file.close();
  const again = RingFile.open(options);
  expect(again.read()).toHaveLength(9);
  again.close();
  const other = RingFile.open({ ...options, series: ['a', 'c'] });
  expect(other.read()).toEqual([]);
  other.close();
});
