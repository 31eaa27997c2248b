import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Ack, Batch } from '@lineside/protocol';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { silentLogger, systemClock } from '@lineside/kit';
import { JournalTwin } from '../../../../tests/support/journal-twin.ts';
import { waitFor } from '../../../../tests/support/wait-for.ts';
import { SqliteStore } from '../store/index.ts';
import type { BatchStore } from './batch-store.ts';
import type { CheckedBatch } from './checked-batch.ts';
import { StoreUnavailable } from './store-unavailable.ts';
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

/** The real store, which can be made to fail. */
function newIngest(): Ingest {
  const failing: BatchStore = {
    commit: async (batches, atMs) => {
      refuse(batches);
      return store.batches.commit(batches, atMs);
    },
    ping: async () => store.batches.ping(),
  };
  const clock = { ...systemClock, sleep: async (_ms: number, signal?: AbortSignal) => systemClock.sleep(5, signal) };
  return new Ingest({ store: failing, clock, log: silentLogger, counters });
}

async function run(ingest: Ingest): Promise<void> {
  const outbox = {
    acknowledge: (device: string, ack: Ack): void => void acks.push([device, ack]),
    withdraw: () => undefined,
    resume: () => undefined,
  };
  return ingest.service(outbox).run(stop.signal);
}

function offer(ingest: Ingest, batch: Batch): Promise<void> | undefined {
  return ingest.offer({ device: batch.dev, stream: batch.stream }, batch, { raw: batch, bytes: 1000 });
}

describe('ingest', () => {
  it('commits what is queued together and acknowledges each stream once', async () => {
    const ingest = newIngest();
    const one = new JournalTwin('line-1').appendEvents(10);
    const two = new JournalTwin('line-2').appendEvents(2);
    for (let from = 1; from <= 10; from += 1) void offer(ingest, one.batch(from, from));
    void offer(ingest, two.batch());
    const running = run(ingest);
    await waitFor('acks', () => acks.length === 2);
    stop.abort();
    await running;
    expect(commits).toBe(1);
    expect(acks.map(([device, { upto }]) => [device, upto])).toEqual([
      ['line-1', 10],
      ['line-2', 2],
    ]);
  });

  it('acknowledges nothing while the disk is full, and continues when there is space', async () => {
    const ingest = newIngest();
    const journal = new JournalTwin('line-1').appendEvents(2);
    refuse = () => {
      throw new StoreUnavailable('database or disk is full', undefined);
    };
    const running = run(ingest);
    void offer(ingest, journal.batch(1, 1));
    await waitFor('the failure', () => failures === 1);
    expect(acks).toEqual([]);
    refuse = () => undefined;
    void offer(ingest, journal.batch(1, 2));
    await waitFor('the ack', () => acks.length === 1);
    expect(acks[0]?.[1].upto).toBe(2);
    stop.abort();
    await running;
  });

  it('commits the others of a group when the store cannot take one batch', async () => {
    const ingest = newIngest();
    refuse = (batches) => {
      if (batches.some(({ key }) => key.device === 'line-2')) throw new TypeError('cannot be bound');
    };
    void offer(ingest, new JournalTwin('line-1').appendEvents(1).batch());
    void offer(ingest, new JournalTwin('line-2').appendEvents(1).batch());
    void offer(ingest, new JournalTwin('line-3').appendEvents(1).batch());
    const running = run(ingest);
    await waitFor('the others', () => acks.length === 2);
    stop.abort();
    await running;
    expect(acks.map(([device]) => device)).toEqual(['line-1', 'line-3']);
    expect(failures).toBe(1);
  });

  it('accepts no more batches while its queue is full', async () => {
    const ingest = newIngest();
    const journal = new JournalTwin('line-1').appendEvents(400);
    let held = 0;
    for (let from = 1; from <= 400; from += 1) {
      const space = offer(ingest, journal.batch(from, from));
      if (space === undefined) continue;
      held += 1;
      void space.then(() => (held -= 1));
    }
    expect(held).toBeGreaterThan(100);
    const running = run(ingest);
    await waitFor('space', () => held === 0);
    await waitFor('all to be stored', () => acks.some(([, { upto }]) => upto === 400));
    stop.abort();
    await running;
  });

  it('commits what is queued before it stops', async () => {
    const ingest = newIngest();
    void offer(ingest, new JournalTwin('line-1').appendEvents(1).batch());
    stop.abort();
    await run(ingest);
    expect(acks).toHaveLength(1);
    expect(ingest.queued).toBe(0);
  });
});
