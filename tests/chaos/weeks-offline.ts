import { randomBytes } from 'node:crypto';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { TUNING } from '@lineside/uplink';
import { type Clock, silentLogger, systemClock } from '@lineside/kit';
import { Journal, journalPath } from '../../edge/src/journal/index.ts';
import { ordinaryEvents } from '../support/ordinary-events.ts';
import { clear, type Scenario } from './scenario.ts';
import { SlowLink } from './slow-link.ts';
import { World } from './world.ts';

/** One event per second for thirty days, as the long form has it; a run of ten minutes in all gets there. */
const THIRTY_DAYS = 2_592_000;
const LONG_SECONDS = 150;
const MEGABIT = 1_000_000;
const DELAY_MS = 25;
const GROUP = 500;
const FRESH_PER_SECOND = 5;
const DRAIN_MS = 900_000;

export const weeksOffline: Scenario = {
  name: 'weeks offline',
  what: 'up to 2.6 million events written offline, then a link of 1 Mbit/s: how long fresh events take meanwhile',
  share: 3,
  async run({ folder, seconds, seed, log }) {
    const at = join(folder, 'world');
    await using world = await World.start({ folder: at, store: 'sqlite', log });
    const events = Math.min(THIRTY_DAYS, Math.ceil((THIRTY_DAYS * seconds) / LONG_SECONDS));
    const written = await fill(world.data, events, seed);
    log(`${events} events written offline`);
    await using link = await SlowLink.start(world.broker.port, MEGABIT, DELAY_MS);
    await world.startDevice({ seed, broker: link.url, perSecond: FRESH_PER_SECOND, together: 1, tuning: TUNING });
    const startedMs = performance.now();
    const endMs = startedMs + seconds * 1000;
    do {
      await sleep(500);
      await world.look();
    } while (performance.now() < endMs && (world.latest?.queued ?? 1) > 0);
    const slowSeconds = (performance.now() - startedMs) / 1000;
    const fresh = world.freshMs.toSorted((a, b) => a - b);
    const { wireBytes = 0, wireRecords = 0, acked = 0, resent = 0, connects = 0 } = world.latest ?? {};
    log(`${acked} confirmed over the slow link in ${slowSeconds.toFixed(0)} s; the rest without it`);
    link.bitsPerSecond = 1_000 * MEGABIT;
    const { seconds: rest } = await world.drain(DRAIN_MS);
    log(`at the end: ${JSON.stringify(world.latest)}`);
    await world.stopDevice();
    const accounts = await world.account();
    const { kills, duplicates, peakBytes, peakRssBytes } = world;
    setImmediate(() => clear(at));
    const p95 = fresh[Math.ceil(fresh.length * 0.95) - 1];
    return {
      name: weeksOffline.name,
      ...accounts,
      duplicatesRejected: duplicates,
      kills,
      drainSeconds: slowSeconds + rest,
      peakBytes,
      peakRssBytes,
      facts: {
        'written offline': events,
        'records per second while writing': Math.round(written),
        'records per second over 1 Mbit/s': Math.round(acked / slowSeconds),
        'bytes per record on the wire': Math.round((wireBytes / Math.max(1, wireRecords)) * 10) / 10,
        'records sent over it': wireRecords,
        'batches sent again': resent,
        connections: connects,
        'fresh events timed': fresh.length,
        'fresh event confirmed within, p50 ms': fresh[Math.ceil(fresh.length / 2) - 1] ?? '-',
        'p95 ms': p95 ?? '-',
        'longest ms': fresh.at(-1) ?? '-',
      },
    };
  },
};

/** Writes them second by second of a month that ends now; returns records per second of real time. */
async function fill(data: string, count: number, seed: number): Promise<number> {
  const startedMs = performance.now();
  const endMs = Date.now();
  let left = count;
  const clock: Clock = {
    ...systemClock,
    monoMs: () => (count - left) * 1_000,
    wallMs: () => endMs - left * 1_000,
  };
  const journal = Journal.open({
    path: journalPath(data),
    device: 'chaos-1',
    boot: randomBytes(8).toString('hex'),
    clock,
    log: silentLogger,
    random: randomBytes,
    synced: () => true,
    quotaBytes: 8e9,
  });
  const events = ordinaryEvents(seed);
  let records = 0;
  for (; left > 0; left -= GROUP) {
    const entries = Array.from({ length: Math.min(GROUP, left) }, () => events.next().value).flat();
    records += entries.length;
    journal.append(entries);
    if (left % (GROUP * 100) === 0) await sleep(1);
  }
  journal.close();
  return (records * 1000) / (performance.now() - startedMs);
}
