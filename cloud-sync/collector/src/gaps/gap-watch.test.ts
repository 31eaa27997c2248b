import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Batch, ResendCommand } from '@lineside/protocol';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { silentLogger } from '@lineside/kit';
import { checkedBatch } from '../../../../tests/support/checked-batch.ts';
import { JournalTwin } from '../../../../tests/support/journal-twin.ts';
import { SqliteStore } from '../store/index.ts';
import { GapWatch } from './gap-watch.ts';
import { Presence } from '../devices/presence.ts';

let folder: string;
let store: SqliteStore;
let nowMs: number;
let requested: ResendCommand[];
let presence: Presence;
let watch: GapWatch;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'collector-gaps-'));
  store = SqliteStore.open(folder);
  nowMs = 0;
  requested = [];
  presence = new Presence();
  watch = newWatch();
});

afterEach(async () => {
  await store.close();
  rmSync(folder, { recursive: true, force: true });
});

function newWatch(): GapWatch {
  return new GapWatch({
    store: store.gaps,
    isOnline: (device) => presence.of(device, nowMs).link === 'online',
    clock: { monoMs: () => nowMs, wallMs: () => nowMs, sleep: () => Promise.reject(new Error('not used')) },
    log: silentLogger,
    reorderTimeoutMs: 1000,
  });
}

async function put(batch: Batch): Promise<void> {
  await store.batches.commit([checkedBatch(batch)], nowMs);
}

async function sweepAt(ms: number): Promise<void> {
  nowMs = ms;
  await watch.sweep({ request: (_device, command) => requested.push(command) > 0 });
}

function online(epoch: string): void {
  presence.hear('line-1', { v: 1, online: true, session: 's1', epoch, boot: 'b', t: 0 }, nowMs);
}

describe('gap watch', () => {
  const journal = new JournalTwin('line-1').appendEvents(20);

  it('requests missing numbers only when they stay missing for the reorder timeout while the device is online', async () => {
    await put(journal.batch(1, 5));
    await put(journal.batch(9, 12));
    await sweepAt(0);
    await sweepAt(5000);
    expect(requested).toEqual([]);
    online(journal.epoch);
    await sweepAt(5001);
    await sweepAt(5900);
    expect(requested).toEqual([]);
    await sweepAt(6100);
    expect(requested).toEqual([{ v: 1, cmd: 'resend', epoch: journal.epoch, stream: 'events', from: 6, to: 8 }]);
    expect(await store.gaps.list('open', 10)).toMatchObject([{ first: 6, last: 8, missing: 3, requests: 1 }]);
  });

  it('closes a gap that is filled, also in parts, and does not request it too often', async () => {
    online(journal.epoch);
    await put(journal.batch(1, 5));
    await put(journal.batch(9, 12));
    await sweepAt(0);
    await sweepAt(2000);
    await put(journal.batch(7, 7));
    for (let ms = 2500; ms < 11_000; ms += 500) await sweepAt(ms);
    expect(requested).toHaveLength(1);
    expect(watch.open).toMatchObject([{ first: 6, last: 8, missing: 2 }]);
    await sweepAt(13_000);
    expect(requested).toHaveLength(2);
    await put(journal.batch(6, 8));
    await sweepAt(14_000);
    expect(await store.gaps.list(undefined, 10)).toMatchObject([{ state: 'closed', missing: 0, requests: 2 }]);
    expect(watch.open).toEqual([]);
  });

  it('lists a gap that was declared lost as declared, and detects one that an earlier run left open', async () => {
    const lost = new JournalTwin('line-1').appendEvents(9);
    lost.appendTombstone(1, 6);
    online(lost.epoch);
    await put(lost.batch(7, 9));
    await sweepAt(0);
    await sweepAt(2000);
    expect(requested).toMatchObject([{ from: 1, to: 6 }]);
    watch = newWatch();
    await put(lost.batch(10, 10));
    await sweepAt(3000);
    expect(await store.gaps.list(undefined, 10)).toMatchObject([{ state: 'declared', first: 1, last: 6 }]);
  });
});
