import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { findFaketime } from './installed.ts';
import { clear, type Scenario } from './scenario.ts';
import { World } from './world.ts';

const HOUR_MS = 3_600_000;
const TEN_YEARS_MS = 10 * 365.25 * 24 * HOUR_MS;
const DRAIN_MS = 60_000;

/** Whole processes under a wrong clock: one that starts in 1970, one in the night in which an hour occurs twice. */
const FAKED = [
  { what: 'the complete process in 1970', env: { FAKETIME: '@1970-01-01 00:00:30', TZ: 'UTC' } },
  { what: 'the hour that comes twice', env: { FAKETIME: '@2026-10-25 02:59:58', TZ: 'Europe/Berlin' } },
] as const;

export const clocks: Scenario = {
  name: 'wrong clock',
  what: 'the wall clock in 1970, ten years ahead, an hour back, and in the night of daylight saving',
  share: 1,
  async run({ folder, seconds, seed, log }) {
    const at = join(folder, 'world');
    await using world = await World.start({ folder: at, store: 'sqlite', log });
    const faketime = findFaketime();
    const runs = 1 + (faketime === undefined ? 0 : FAKED.length);
    const eachMs = (seconds * 1000) / runs;
    const nowMs = Date.now();
    const offsets = [0, -nowMs, 0, TEN_YEARS_MS, 0, -HOUR_MS];
    const steps = offsets.map((offsetMs, n) => ({ afterMs: (n * eachMs) / offsets.length, offsetMs }));
    log('the clock steps to 1970, ten years ahead, an hour back');
    await world.startDevice({ seed, steps });
    await sleep(eachMs);
    await world.look();
    await world.stopDevice();
    for (const { what, env } of faketime === undefined ? [] : FAKED) {
      log(what);
      const still = { FAKETIME_DONT_FAKE_MONOTONIC: '1', DONT_FAKE_MONOTONIC: '1' };
      await world.startDevice({ seed }, { env: { LD_PRELOAD: faketime, ...still, ...env } });
      await sleep(eachMs);
      await world.look();
      await world.stopDevice();
    }
    await world.startDevice({ seed });
    const { seconds: drainSeconds } = await world.drain(DRAIN_MS);
    await world.stopDevice();
    const accounts = await world.account();
    const [suspect, misordered] = [await world.books.suspect(), await world.books.misordered()];
    const findings = [...accounts.findings];
    if (suspect === 0) findings.push('no record has the clock quality suspect');
    if (misordered > 0) findings.push(`${misordered} records out of order`);
    if (accounts.declaredLost > 0) findings.push('a wrong clock made the journal give records up');
    const { kills, duplicates, peakBytes, peakRssBytes } = world;
    setImmediate(() => clear(at));
    return {
      name: clocks.name,
      ...accounts,
      findings,
      duplicatesRejected: duplicates,
      kills,
      drainSeconds,
      peakBytes,
      peakRssBytes,
      facts: {
        'labelled suspect': suspect,
        'out of order': misordered,
        libfaketime: faketime === undefined ? 'not installed: clock as an argument only' : '1970 and daylight saving',
      },
    };
  },
};
