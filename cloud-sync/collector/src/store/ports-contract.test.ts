import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { DeviceState, Reported } from '@lineside/protocol';
import { checkedBatch } from '../../../../tests/support/checked-batch.ts';
import { JournalTwin } from '../../../../tests/support/journal-twin.ts';
import { STORE_KINDS, type StorePlace } from '../../../../tests/support/store-kinds.ts';
import type { Claim } from '../enrolment/index.ts';
import type { Review, Verdict } from '../reviews/index.ts';
import type { Rollout } from '../rollouts/index.ts';
import type { CollectorStore } from './collector-store.ts';

const EPOCH = 'a'.repeat(16);

function birth(changes: Partial<DeviceState> = {}): DeviceState {
  return { v: 1, online: true, session: 's1', epoch: EPOCH, boot: 'b1', t: 0, line: 'Packing 1', ...changes };
}

describe.each(STORE_KINDS)('the smaller ports of a store in $name', (kind) => {
  let place: StorePlace;
  let store: CollectorStore;

  beforeAll(kind.prepare);
  afterAll(kind.end);
  beforeEach(async () => {
    place = await kind.place();
    store = await place.open();
  });
  afterEach(async () => {
    await store.close();
    await place.remove();
  });

  /** Closes the store and opens it again. */
  async function reopen(): Promise<void> {
    await store.close();
    store = await place.open();
  }

  describe('GapStore', () => {
    it('opens a gap once, counts requests, and closes it when its numbers are stored', async () => {
      const journal = new JournalTwin('line-1').appendEvents(9);
      await store.batches.commit([checkedBatch(journal.batch(1, 3)), checkedBatch(journal.batch(7, 9))], 100);
      const missing = await store.gaps.missing(10);
      expect(missing).toEqual([{ device: 'line-1', epoch: journal.epoch, stream: 'events', first: 4, last: 6 }]);
      const [gap] = await store.gaps.reconcile(missing, 200);
      expect(gap).toMatchObject({ first: 4, last: 6, state: 'open', missing: 3, requests: 0, openedAtMs: 200 });
      await store.gaps.noteRequest(gap?.id ?? 0, 250);
      await store.batches.commit([checkedBatch(journal.batch(5, 5))], 300);
      expect(await store.gaps.missing(10)).toHaveLength(2);
      expect(await store.gaps.reconcile(await store.gaps.missing(10), 400)).toMatchObject([
        { id: gap?.id, missing: 2, requests: 1, requestedAtMs: 250, closedAtMs: null },
      ]);
      await reopen();
      await store.batches.commit([checkedBatch(journal.batch(4, 6))], 500);
      expect(await store.gaps.reconcile([], 600)).toEqual([]);
      expect(await store.gaps.list('open', 10)).toEqual([]);
      expect(await store.gaps.list(undefined, 10)).toMatchObject([{ state: 'closed', missing: 0, closedAtMs: 600 }]);
    });

    it('closes a gap as declared when its device declares the numbers lost', async () => {
      const journal = new JournalTwin('line-1').appendEvents(6);
      journal.appendTombstone(2, 4);
      await store.batches.commit([checkedBatch(journal.batch(1, 1)), checkedBatch(journal.batch(5, 6))], 100);
      expect(await store.gaps.reconcile(await store.gaps.missing(10), 200)).toHaveLength(1);
      await store.batches.commit([checkedBatch(journal.batch(7, 7))], 300);
      expect(await store.gaps.reconcile([], 400)).toEqual([]);
      expect(await store.gaps.list('declared', 10)).toMatchObject([{ first: 2, last: 4, closedAtMs: 400 }]);
    });
  });

  describe('ClaimStore', () => {
    const claim = (id: string, device = 'line-1', expiresAtMs = 1000): Claim => ({
      ...{ id, device, hash: id.repeat(8), line: 'Packing 1', site: undefined, createdAtMs: 1, expiresAtMs },
      ...{ usedAtMs: undefined, cancelledAtMs: undefined, binding: undefined, certificate: undefined },
    });

    it('gives a claim to one device alone, and keeps what it was given', async () => {
      await store.claims.add(claim('a'), 'anna');
      expect(await store.claims.find('a'.repeat(8))).toEqual(claim('a'));
      expect(await store.claims.find('b'.repeat(8))).toBeUndefined();
      const tries = await Promise.all(['k1', 'k2', 'k3'].map(async (key) => store.claims.use('a', key, 999)));
      expect(tries.filter(Boolean)).toHaveLength(1);
      await store.claims.keepCertificate('a', 'PEM');
      await reopen();
      expect(await store.claims.find('a'.repeat(8))).toMatchObject({ usedAtMs: 999, certificate: 'PEM' });
    });

    it('gives no expired and no cancelled claim, and a new one cancels the open one of the same device', async () => {
      await store.claims.add(claim('a'), 'anna');
      expect(await store.claims.use('a', 'k', 1000)).toBe(false);
      await store.claims.add(claim('b'), 'berta');
      await store.claims.add(claim('c', 'line-2'), 'berta');
      expect(await store.claims.use('a', 'k', 5)).toBe(false);
      expect(await store.claims.use('c', 'k', 5)).toBe(true);
      expect(await store.claims.cancel('line-2', 'carl', 6)).toBe(0);
      expect(await store.claims.cancel('line-1', 'carl', 6)).toBe(1);
      expect(await store.claims.find('c'.repeat(8))).toMatchObject({ usedAtMs: 5, cancelledAtMs: 6 });
      await store.claims.note({
        claim: 'c',
        device: 'line-2',
        atMs: 7,
        who: '10.0.0.9',
        action: 'refused',
        detail: 'why',
      });
      expect((await store.claims.list(10)).map(({ id }) => id).sort()).toEqual(['a', 'b', 'c']);
      expect((await store.claims.history(10)).map(({ claim: id, action, who }) => `${id} ${action} ${who}`)).toEqual([
        'c refused 10.0.0.9',
        'b cancelled carl',
        'c made berta',
        'b made berta',
        'a cancelled berta',
        'a made anna',
      ]);
    });
  });

  describe('CredentialStore', () => {
    it('raises its revision with every change, and remembers which revision was applied', async () => {
      const before = await store.credentials.revision();
      const added = await store.credentials.save({ device: 'line-2', hash: '$7$one', createdAtMs: 1 });
      expect(added).toBeGreaterThan(before);
      await store.credentials.save({ device: 'line-1', hash: '$7$two', createdAtMs: 2 });
      const replaced = await store.credentials.save({ device: 'line-2', hash: '$7$three', createdAtMs: 3 });
      await store.credentials.noteApplied(replaced);
      await reopen();
      expect(await store.credentials.list()).toEqual([
        { device: 'line-1', hash: '$7$two', createdAtMs: 2 },
        { device: 'line-2', hash: '$7$three', createdAtMs: 3 },
      ]);
      expect(await store.credentials.get('line-1')).toMatchObject({ hash: '$7$two' });
      expect(await store.credentials.revision()).toBe(replaced);
      expect(await store.credentials.appliedRevision()).toBe(replaced);
      expect(await store.credentials.remove('line-1')).toBe(true);
      expect(await store.credentials.remove('line-1')).toBe(false);
      expect(await store.credentials.get('line-1')).toBeUndefined();
      expect(await store.credentials.revision()).toBeGreaterThan(replaced);
    });
  });

  describe('DeviceStore', () => {
    it('keeps the latest birth and the latest reported document of a device', async () => {
      const reported = (pictures: number): Reported => ({ v: 1, t: 1, queue: {}, pictures, drainPerS: 0 });
      await store.devices.saveBirth('line-1', birth(), 10);
      await store.devices.saveBirth('line-1', birth({ session: 's2', line: 'Packing 2' }), 20);
      await store.devices.saveReported('line-1', JSON.stringify(reported(1)), 30);
      await store.devices.saveReported('line-1', JSON.stringify(reported(2)), 40);
      await store.credentials.save({ device: 'line-1', hash: '$7$x', createdAtMs: 0 });
      await reopen();
      expect(await store.records.devices()).toMatchObject([
        {
          device: 'line-1',
          firstSeenAtMs: 10,
          lastSeenAtMs: 20,
          hasCredential: true,
          birth: { session: 's2', line: 'Packing 2' },
          reported: reported(2),
        },
      ]);
    });
  });

  describe('RolloutStore', () => {
    const rollout = (changes: Partial<Rollout> = {}): Rollout => ({
      ...{ v: 1, id: 'ppe-2.1.0', change: 0, state: 'running', createdBy: 'anna', createdAtMs: 10, approval: 'none' },
      release: {
        ...{ kind: 'model', id: 'ppe', version: '2.1.0', counter: 4, bytes: 10, sha256: 'a'.repeat(64) },
        target: 'models/acme/ppe-2.1.0.json',
      },
      groups: [{ name: 'canary', soakMs: 5 }],
      ...{ success: 1, errors: 0, approvals: [], current: -1 },
      lines: [{ device: 'line-1', group: 0, state: 'waiting', sinceMs: 10 }],
      ...changes,
    });
    const document = (revision: number) => ({ device: 'line-1', document: { v: 1 as const, revision, t: 5 } });
    const note = { atMs: 20, who: 'anna', action: 'pause', detail: 'because' };

    it('writes a rollout, its documents and its history together, or nothing of it', async () => {
      const { rollouts } = store;
      expect(await rollouts.create({ rollout: rollout(), documents: [], notes: [note] })).toBe(true);
      expect(await rollouts.create({ rollout: rollout(), documents: [], notes: [note] })).toBe(false);
      const read = await rollouts.get('ppe-2.1.0');
      expect(read).toEqual(rollout());
      const paused = { ...rollout(), state: 'paused' as const };
      expect(await rollouts.save({ rollout: paused, documents: [document(3)], notes: [note, note] })).toBe(true);
      // It has changed since it was read.
      expect(await rollouts.save({ rollout: paused, documents: [document(4)], notes: [note] })).toBe(false);
      // The document does not rise.
      const next = { ...paused, change: 1 };
      expect(await rollouts.save({ rollout: next, documents: [document(3)], notes: [note] })).toBe(false);
      await reopen();
      expect(await store.rollouts.get('ppe-2.1.0')).toMatchObject({ state: 'paused', change: 1 });
      expect(await store.rollouts.documents()).toEqual([document(3)]);
      expect(await store.rollouts.history('ppe-2.1.0', 10)).toEqual([note, note, note]);
      expect(await store.rollouts.history('ppe-2.1.0', 2)).toHaveLength(2);
      expect(await store.rollouts.get('nothing')).toBeUndefined();
    });

    it('lists the newest first, and those that are not over', async () => {
      const { rollouts } = store;
      for (const [n, state] of (['done', 'running', 'stopped', 'paused'] as const).entries()) {
        await rollouts.create({ rollout: rollout({ id: `r${n}`, state, createdAtMs: n }), documents: [], notes: [] });
      }
      expect((await rollouts.list(3)).map(({ id }) => id)).toEqual(['r3', 'r2', 'r1']);
      expect((await rollouts.active()).map(({ id }) => id)).toEqual(['r1', 'r3']);
    });
  });

  describe('ReviewStore', () => {
    it('keeps every statement about an event, with the event', async () => {
      const journal = new JournalTwin('line-1').appendEvents(2);
      await store.batches.commit([checkedBatch(journal.batch())], 100);
      const [first, second] = journal.records.map(({ b }) => (typeof b['event'] === 'string' ? b['event'] : undefined));
      const review = (event: string, verdict: Verdict, atMs: number): Review => ({
        ...{ device: 'line-1', event, verdict, who: 'anna', atMs },
        details: { label: 'hand', box: [1, 2, 3, 4] },
      });
      await store.reviews.add(review(first ?? '', 'true', 1));
      await store.reviews.add(review(first ?? '', 'unsure', 2));
      expect(await store.reviews.find(second ?? '', undefined)).toMatchObject([{ event: second, device: 'line-1' }]);
      expect(await store.reviews.find(second ?? '', 'line-2')).toEqual([]);
      await reopen();
      const said = await store.reviews.said('line-1', first ?? '');
      expect(said.map(({ verdict, who }) => `${verdict} ${who}`)).toEqual(['true anna', 'unsure anna']);
      expect(await store.reviews.said('line-2', first ?? '')).toEqual([]);
      expect(await store.reviews.reviewed()).toMatchObject([
        { event: { event: first }, reviews: [review(first ?? '', 'true', 1), review(first ?? '', 'unsure', 2)] },
      ]);
    });
  });

  describe('MediaCatalogue and RetentionStore', () => {
    it('sum the bytes of stored pictures, oldest first, without those whose bytes are deleted', async () => {
      const row = (digit: string, bytes: number, storedAtMs: number) => ({
        ...{ sha256: digit.repeat(64), device: 'line-1', bytes, mime: 'image/jpeg', storedAtMs },
      });
      await store.media.save(row('b', 200, 20));
      await store.media.save(row('a', 100, 10));
      expect(await store.retention.mediaBytes()).toBe(300);
      expect((await store.retention.oldestMedia(10)).map(({ bytes }) => bytes)).toEqual([100, 200]);
      await store.retention.retireMedia('a'.repeat(64), 30);
      expect(await store.retention.mediaBytes()).toBe(200);
      expect(await store.media.get('a'.repeat(64))).toBeUndefined();
      expect(await store.media.get('b'.repeat(64))).toEqual(row('b', 200, 20));
    });
  });

  describe('RecordQueries', () => {
    it('returns the latest counters of each camera and model', async () => {
      const counters = (offered: number) => ({ offered, inspected: offered, skipped: {}, failed: {} });
      const journal = new JournalTwin('line-1', 'telemetry');
      journal.append('telemetry', { camera: 'floor', model: 'ppe', counters: counters(5), state: 'ok' }, 1000);
      journal.append('telemetry', { camera: 'floor', model: 'ppe', counters: counters(9), state: 'ok' }, 2000);
      journal.append('telemetry', { camera: 'door', model: 'ppe', counters: counters(2), state: 'paused' }, 3000);
      await store.batches.commit([checkedBatch(journal.batch())], 50);
      expect(await store.records.telemetry()).toMatchObject([
        { camera: 'door', wallMs: 3000, receivedAtMs: 50, body: { state: 'paused' } },
        { camera: 'floor', wallMs: 2000, receivedAtMs: 50, body: { counters: { offered: 9 } } },
      ]);
    });
  });

  describe('ClusterStore and BatchStore', () => {
    it('answer while the database does, and know no other collector while there is none', async () => {
      await store.batches.ping();
      const id = await store.cluster.id();
      expect(await store.cluster.reportAlive('a', 10_000)).toBe(0);
      await store.cluster.leave('a');
      await reopen();
      expect(await store.cluster.id()).toBe(id);
    });
  });
});
