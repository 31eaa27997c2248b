import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Ack, Batch } from '@lineside/protocol';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { silentLogger, systemClock } from '@lineside/kit';
import { JournalTwin } from '../../../../tests/support/journal-twin.ts';
import { waitFor } from '../../../../tests/support/wait-for.ts';
import { SqliteStore, type BatchOutcome, type CheckedBatch } from '../store/index.ts';
import { Ingest, type IngestCounters } from './ingest.ts';

let folder: string;
let store: SqliteStore;
let acks: [string, Ack][];
let commits: number;
let failures: number;
let stop: AbortController;
let refuse: (batches: readonly CheckedBatch[]) => void;

const counters: IngestCounters = {
  batch: () => undefined,
  refused: () => undefined,
  received: () => undefined,
  unread: () => undefined,
  commit: () => (commits += 1),
  commitFailed: () => (failures += 1),
  latency: () => undefined,
};

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'collector-ingest-'));
  store = SqliteStore.open(folder);
  acks = [];
  commits = 0;
  failures = 0;
  refuse = () => undefined;
  stop = new AbortController();
});

afterEach(async () => {
  await store.close();
  rmSync(folder, { recursive: true, force: true });
});

/** The real store, which can be told to fail. */
function newIngest(): Ingest {
  const failing = Object.create(store, {
    commit: {
      value: async (batches: readonly CheckedBatch[], atMs: number): Promise<readonly BatchOutcome[]> => {
        refuse(batches);
        return store.commit(batches, atMs);
      },
    },
    ping: { value: async () => store.ping() },
  }) as SqliteStore;
  const clock = { ...systemClock, sleep: async (_ms: number, signal?: AbortSignal) => systemClock.sleep(5, signal) };
  const acknowledge = (device: string, ack: Ack): number => acks.push([device, ack]);
  return new Ingest({ store: failing, clock, log: silentLogger, counters, acknowledge });
}

function offer(ingest: Ingest, batch: Batch): Promise<void> | undefined {
  return ingest.offer({ device: batch.dev, stream: batch.stream }, batch, { raw: batch, bytes: 1000 });
}

describe('ingest', () => {
  it('commits what is queued together and acknowledges each stream once', async () => {
    const ingest = newIngest();
    const one = new JournalTwin('line-1').appendEvents(10);
    const two = new JournalTwin('line-2').appendEvents(2);
    for (let from = 1; from <= 10; from += 1) offer(ingest, one.batch(from, from));
    offer(ingest, two.batch());
    const run = ingest.run(stop.signal);
    await waitFor('acks', () => acks.length === 2);
    stop.abort();
    await run;
    expect(commits).toBe(1);
    expect(acks.map(([device, { upto }]) => [device, upto])).toEqual([
      ['line-1', 10],
      ['line-2', 2],
    ]);
  });

  it('acknowledges nothing while the disk is full, and goes on when there is room', async () => {
    const ingest = newIngest();
    const journal = new JournalTwin('line-1').appendEvents(2);
    refuse = () => {
      throw Object.assign(new Error('database or disk is full'), { code: 'SQLITE_FULL' });
    };
    const run = ingest.run(stop.signal);
    offer(ingest, journal.batch(1, 1));
    await waitFor('the failure', () => failures === 1);
    expect(acks).toEqual([]);
    refuse = () => undefined;
    offer(ingest, journal.batch(1, 2));
    await waitFor('the ack', () => acks.length === 1);
    expect(acks[0]?.[1].upto).toBe(2);
    stop.abort();
    await run;
  });

  it('does not let one batch that the store cannot take hold up the others', async () => {
    const ingest = newIngest();
    refuse = (batches) => {
      if (batches.some(({ key }) => key.device === 'line-2')) throw new TypeError('cannot be bound');
    };
    offer(ingest, new JournalTwin('line-1').appendEvents(1).batch());
    offer(ingest, new JournalTwin('line-2').appendEvents(1).batch());
    offer(ingest, new JournalTwin('line-3').appendEvents(1).batch());
    const run = ingest.run(stop.signal);
    await waitFor('the others', () => acks.length === 2);
    stop.abort();
    await run;
    expect(acks.map(([device]) => device)).toEqual(['line-1', 'line-3']);
    expect(failures).toBe(1);
  });

  it('asks for no more while its queue is full', async () => {
    const ingest = newIngest();
    const journal = new JournalTwin('line-1').appendEvents(400);
    let held = 0;
    for (let from = 1; from <= 400; from += 1) {
      const room = offer(ingest, journal.batch(from, from));
      if (room === undefined) continue;
      held += 1;
      void room.then(() => (held -= 1));
    }
    expect(held).toBeGreaterThan(100);
    const run = ingest.run(stop.signal);
    await waitFor('room', () => held === 0);
    await waitFor('all to be stored', () => acks.some(([, { upto }]) => upto === 400));
    stop.abort();
    await run;
  });

  it('commits what is queued before it stops', async () => {
    const ingest = newIngest();
    offer(ingest, new JournalTwin('line-1').appendEvents(1).batch());
    stop.abort();
    await ingest.run(stop.signal);
    expect(acks).toHaveLength(1);
    expect(ingest.queued).toBe(0);
  });
});
