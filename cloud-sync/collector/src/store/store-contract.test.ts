import { generateKeyPairSync, sign } from 'node:crypto';
import { headsText, signedHeadsBody, transferBodies, type Batch, type SeqRange } from '@lineside/protocol';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { checkedBatch } from '../../../../tests/support/checked-batch.ts';
import { counterBody, eventBody, JournalTwin, oldForm } from '../../../../tests/support/journal-twin.ts';
import { STORE_KINDS, type StorePlace } from '../../../../tests/support/store-kinds.ts';
import type { BatchOutcome } from '../ingest/index.ts';
import { verifyChains, type EventQuery, type Finding } from '../records/index.ts';
import type { CollectorStore } from './collector-store.ts';

describe.each(STORE_KINDS)('a store in $name', (kind) => {
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

  async function put(...batches: Batch[]): Promise<readonly BatchOutcome[]> {
    return store.batches.commit(batches.map(checkedBatch), 1000);
  }

  async function one(batch: Batch): Promise<BatchOutcome> {
    const [outcome] = await put(batch);
    if (outcome === undefined) throw new Error('no outcome');
    return outcome;
  }

  async function verify(): Promise<Finding[]> {
    const findings: Finding[] = [];
    for await (const finding of verifyChains(store.chains)) findings.push(finding);
    return findings;
  }

  describe('committing batches', () => {
    it('stores a batch once, however often it arrives', async () => {
      const journal = new JournalTwin('line-1').appendEvents(5);
      expect(await one(journal.batch())).toMatchObject({
        inserted: 5,
        duplicates: 0,
        watermark: { upto: 5, sack: [] },
      });
      expect(await one(journal.batch())).toMatchObject({ inserted: 0, duplicates: 5, conflicts: 0, breaks: 0 });
      expect(await one(journal.batch(3, 5))).toMatchObject({ inserted: 0, duplicates: 3, watermark: { upto: 5 } });
      expect((await store.records.totals()).records).toEqual({ events: 5 });
    });

    it('reads a record once when it arrives again after a rollback, and reads it when it had not arrived before', async () => {
      const before = new JournalTwin('line-1');
      const opening = eventBody();
      before.append('event', opening);
      before.append('event', {
        ...opening,
        phase: 'closed',
        reason: 'cleared',
        durationMs: 9000,
        severity: 'critical',
      });
      await one(before.batch());
      const events = async () => (await store.records.events({ limit: 10 })).items;
      const [known] = await events();
      expect(known).toMatchObject({ event: opening.event, reason: 'cleared', severity: 'critical' });
      // Turned back to when the event was open, with one that was never delivered.
      const other = new JournalTwin('line-1', 'events', before.epoch);
      const missed = eventBody();
      other.append('event', opening);
      other.append('event', missed);
      other.records[0] = before.records[0]!;
      const after = new JournalTwin('line-1');
      after.carryOver(other, 1);
      after.carryOver(other, 2);
      expect(await one(after.batch())).toMatchObject({ inserted: 2, breaks: 0, watermark: { upto: 2 } });
      const rows = await events();
      expect(rows.map(({ event }) => event).toSorted()).toEqual([opening.event, missed.event].toSorted());
      expect(rows.find(({ event }) => event === opening.event)).toEqual(known);
      expect(await verify()).toEqual([]);
    });

    it('reads records from before `durationMs` had its name, alone and mixed with later ones', async () => {
      const journal = new JournalTwin('line-1');
      const opening = eventBody({ durationMs: 5000 });
      journal.append('event', oldForm(opening));
      journal.append('event', oldForm({ ...opening, phase: 'updated', durationMs: 7000 }));
      journal.append('event', oldForm(eventBody({ durationMs: 1500 })));
      expect(await one(journal.batch())).toMatchObject({ inserted: 3, breaks: 0, watermark: { upto: 3 } });
      // The device was updated while the event was open.
      journal.append('event', { ...opening, phase: 'closed', reason: 'cleared', durationMs: 9000 });
      expect(await one(journal.batch(4, 4))).toMatchObject({ inserted: 1, breaks: 0, watermark: { upto: 4 } });
      await store.close();
      store = await place.open();
      const { items } = await store.records.events({ limit: 10 });
      expect(items.map((row) => [row.event === opening.event, row.reason, row.durationMs]).toSorted()).toEqual([
        [false, null, 1500],
        [true, 'cleared', 9000],
      ]);
      expect(await verify()).toEqual([]);
    });

    it('keeps, counts and lists an event whose kind only a newer device knows', async () => {
      const journal = new JournalTwin('line-1').appendEvents(1);
      const newer = eventBody({ kind: 'downtime', ruleType: 'line_stopped' });
      journal.append('event', newer);
      await one(journal.batch());
      const { items } = await store.records.events({ limit: 10, kind: 'downtime' });
      expect(items).toMatchObject([{ event: newer.event, kind: 'downtime', extra: { ruleType: 'line_stopped' } }]);
      expect((await store.records.totals()).events).toEqual({ sanitation: 1, downtime: 1 });
    });

    it('gives counter records by their time, of one device and all its cameras, in the order in which they were written', async () => {
      const telemetry = new JournalTwin('line-1', 'telemetry');
      const other = new JournalTwin('line-2', 'telemetry');
      for (const minute of [0, 1, 2, 3]) {
        for (const camera of ['belt', 'belt "2"\0'])
          telemetry.append('counters', counterBody({ camera }), minute * 60_000);
        other.append('counters', counterBody(), minute * 60_000);
      }
      telemetry.append('of_a_newer_device', { what: 'else' }, 60_000);
      await put(telemetry.batch(), other.batch());
      const query = { device: 'line-1', fromMs: 60_000, toMs: 120_000 };
      const all = await store.records.inspectionSamples(query);
      expect(all.map(({ seq }) => seq)).toEqual([3, 4, 5, 6]);
      expect(await store.records.sampleNeighbours(query)).toEqual({ beforeMs: 0, afterMs: 180_000 });
      const outside = { device: 'line-1', fromMs: 0, toMs: 180_000 };
      expect(await store.records.sampleNeighbours(outside)).toEqual({});
      expect(all[0]).toMatchObject({ device: 'line-1', boot: 'boot-1', wallMs: 60_000, monoMs: 2000, clock: 'synced' });
    });

    it('gives no document of a device that does not fit its schema, and all others', async () => {
      await store.devices.saveReported('line-1', '{"queue":{"audit":null}}', 1);
      await store.devices.saveReported('line-2', '{"v":1,"t":1,"queue":{},"pictures":3,"drainPerS":0}', 1);
      const devices = await store.records.devices();
      expect(devices.map(({ device, reported }) => [device, reported?.pictures])).toEqual([
        ['line-1', undefined],
        ['line-2', 3],
      ]);
    });

    it('takes batches in any order and returns the ranges that it has', async () => {
      const journal = new JournalTwin('line-1').appendEvents(30);
      expect((await one(journal.batch(21, 25))).watermark).toEqual({ upto: 0, sack: [[21, 25]] });
      expect((await one(journal.batch(1, 10))).watermark).toEqual({ upto: 10, sack: [[21, 25]] });
      expect((await one(journal.batch(28, 30))).watermark.sack).toHaveLength(2);
      expect((await one(journal.batch(11, 20))).watermark).toEqual({ upto: 25, sack: [[28, 30]] });
      const last = await one(journal.batch(26, 27));
      expect(last).toMatchObject({ breaks: 0, watermark: { upto: 30, sack: [] } });
      expect(await verify()).toEqual([]);
    });

    it('agrees with a set of numbers under random overlapping batches', async () => {
      const journal = new JournalTwin('line-1').appendEvents(200);
      const have = new Set<number>();
      let seed = 42;
      const random = (below: number): number => (seed = (seed * 1_103_515_245 + 12_345) % 2 ** 31) % below;
      for (let round = 0; round < 120; round += 1) {
        const from = 1 + random(200);
        const to = Math.min(200, from + random(12));
        const before = have.size;
        for (let s = from; s <= to; s += 1) have.add(s);
        const outcome = await one(journal.batch(from, to));
        expect(outcome.inserted).toBe(have.size - before);
        const ranges: SeqRange[] = [[1, outcome.watermark.upto], ...outcome.watermark.sack];
        const claimed = ranges.flatMap(([first, last]) =>
          Array.from({ length: last - first + 1 }, (_, i) => first + i),
        );
        expect(new Set(claimed)).toEqual(have);
      }
      expect((await store.records.chainBreaks(10)).length).toBe(0);
    });

    it('counts numbers of a tombstone as declared lost, and as stored when they arrive later', async () => {
      const journal = new JournalTwin('line-1').appendEvents(10);
      journal.appendTombstone(1, 6);
      const outcome = await one(journal.batch(7, 11));
      expect(outcome).toMatchObject({ inserted: 5, declared: 6, breaks: 0, watermark: { upto: 11, sack: [] } });
      expect(await store.records.streams()).toMatchObject([{ stored: 5, declaredLost: 6, missing: 0 }]);
      expect(await verify()).toEqual([]);
      await one(journal.batch(3, 4));
      expect(await store.records.streams()).toMatchObject([{ stored: 7, declaredLost: 4, missing: 0 }]);
      expect(await store.records.losses(5)).toEqual([
        {
          ...{ device: 'line-1', epoch: journal.epoch, stream: 'events', reason: 'quota' },
          ...{ count: 6, first: 1, last: 6, lastDeclaredAtMs: 1000 },
        },
      ]);
      expect(await one(journal.batch(7, 11))).toMatchObject({ declared: 0, duplicates: 5 });
    });

    it('keeps the books of an earlier journal from what the later one declares lost and transfers', async () => {
      const before = new JournalTwin('line-1').appendEvents(9);
      await one(before.batch(1, 4));
      const after = new JournalTwin('line-1');
      after.carryOver(before, 5);
      after.carryOver(before, 6);
      const audit = new JournalTwin('line-1', 'audit', after.epoch);
      const transfer = { stream: 'events' as const, epoch: before.epoch, reason: 'damaged', from: 5, to: 9 };
      const [body] = transferBodies({
        ...transfer,
        transferred: 2,
        unproved: 0,
        lost: [
          [7, 8],
          [9, 9],
        ],
      });
      audit.append('audit', body ?? {});
      expect(await one(audit.batch())).toMatchObject({ declared: 3 });
      const books = async () => (await store.records.streams()).find(({ epoch }) => epoch === before.epoch);
      expect(await books()).toMatchObject({ highest: 9, stored: 4, declaredLost: 3, missing: 2, transferred: 0 });
      await one(after.batch());
      expect(await books()).toMatchObject({ highest: 9, stored: 6, declaredLost: 3, missing: 0, transferred: 2 });
      expect(await store.records.losses(5)).toMatchObject([
        { epoch: before.epoch, stream: 'events', reason: 'journal_damaged', count: 3, first: 7, last: 9 },
      ]);
      expect((await store.records.totals()).records).toEqual({ audit: 1, events: 6 });
      expect(await verify()).toEqual([]);
      expect(await one(audit.batch())).toMatchObject({ declared: 0, duplicates: 1 });
      await one(after.batch());
      expect(await books()).toMatchObject({ stored: 6, declaredLost: 3, missing: 0, transferred: 2 });
    });

    it('keeps the first of two records with one number, and records the conflict', async () => {
      const journal = new JournalTwin('line-1').appendEvents(3);
      const clone = new JournalTwin('line-1', 'events', journal.epoch).appendEvents(3);
      await one(journal.batch());
      expect(await one(clone.batch())).toMatchObject({ inserted: 0, conflicts: 3, duplicates: 0 });
      await one(clone.batch());
      expect(await store.records.conflicts(10)).toMatchObject([
        { seq: 1, keptHash: journal.heads[1], refusedHash: clone.heads[1], contentDiffers: true, times: 2 },
        { seq: 2 },
        { seq: 3 },
      ]);
      expect(await verify()).toEqual([]);
    });

    it('records a link that does not match the stored neighbour, and keeps the data', async () => {
      const journal = new JournalTwin('line-1').appendEvents(6);
      await one(journal.batch(1, 2));
      const lie = { ...journal.batch(3, 4), prev: 'f'.repeat(64) };
      expect(await one(lie)).toMatchObject({ inserted: 2, breaks: 2, watermark: { upto: 4 } });
      expect(await store.records.chainBreaks(10)).toMatchObject([
        { seq: 3, link: 'prev', expected: journal.heads[2], found: 'f'.repeat(64) },
        { seq: 4, link: 'head', expected: journal.heads[4] },
      ]);
      expect((await verify()).map(({ problem, first }) => [problem, first])).toEqual([['broken_link', 3]]);
    });

    it('records a link that does not match a neighbour that arrived earlier', async () => {
      const journal = new JournalTwin('line-1').appendEvents(4);
      const other = new JournalTwin('line-1', 'events', journal.epoch).appendEvents(4);
      await one(other.batch(3, 4));
      expect(await one(journal.batch(1, 2))).toMatchObject({ inserted: 2, breaks: 1 });
      expect(await store.records.chainBreaks(10)).toMatchObject([{ seq: 3, link: 'next' }]);
    });

    it('binds the first record to device, epoch and stream', async () => {
      const journal = new JournalTwin('line-1').appendEvents(1);
      const moved = { ...journal.batch(), dev: 'line-2' };
      expect(await one(moved)).toMatchObject({ inserted: 1, breaks: 1 });
    });

    it('stores nothing of a group when one batch of it fails', async () => {
      const a = new JournalTwin('line-1').appendEvents(2);
      const broken = {
        ...checkedBatch(a.batch(2, 2)),
        key: { device: 'line-1', epoch: a.epoch, stream: undefined as never },
      };
      await expect(store.batches.commit([checkedBatch(a.batch(1, 1)), broken], 0)).rejects.toThrow();
      expect((await store.records.totals()).records).toEqual({});
    });

    it('keeps everything over a restart, and continues from there', async () => {
      const journal = new JournalTwin('line-1').appendEvents(4);
      await put(journal.batch(1, 2), journal.batch(4, 4));
      await store.close();
      store = await place.open();
      expect((await one(journal.batch(3, 3))).watermark).toEqual({ upto: 4, sack: [] });
      expect(await verify()).toEqual([]);
    });
  });

  describe('events', () => {
    it('summarises transitions, and pages newest first without leaving out an event', async () => {
      const journal = new JournalTwin('line-1');
      const ids: string[] = [];
      for (let i = 0; i < 7; i += 1) {
        const body = eventBody({ kind: i % 2 === 0 ? 'sanitation' : 'quality_issue' });
        ids.push(body.event);
        journal.append('event', body, 1000);
        journal.append('event', { ...body, phase: 'closed', reason: 'cleared', durationMs: 9000 }, 5000);
      }
      await put(journal.batch(8, 14), journal.batch(1, 7));
      const seen: string[] = [];
      let cursor: string | undefined;
      do {
        const page = await store.records.events({ limit: 3, cursor });
        seen.push(...page.items.map(({ event }) => event));
        expect(page.items.every(({ closedAtMs, reason }) => closedAtMs === 5000 && reason === 'cleared')).toBe(true);
        cursor = page.next;
      } while (cursor !== undefined);
      expect([...seen].sort()).toEqual([...ids].sort());
      expect((await store.records.events({ limit: 50, kind: 'quality_issue' })).items).toHaveLength(3);
      expect((await store.records.events({ limit: 50, device: 'line-2' })).items).toHaveLength(0);
      await expect(store.records.events({ limit: 1, cursor: 'nonsense' })).rejects.toThrow(/cursor/);
    });

    it('chooses by severity and time among all events, not among the newest', async () => {
      const journal = new JournalTwin('line-1');
      const story = (label: string, severity: 'warning' | 'critical', openedAt: number, closedAt: number): void => {
        const body = eventBody({ label, severity });
        journal.append('event', body, openedAt);
        journal.append('event', { ...body, phase: 'closed', reason: 'cleared', durationMs: 9000 }, closedAt);
      };
      story('long_one', 'critical', 1000, 9000);
      story('early', 'critical', 2000, 3000);
      story('middle', 'warning', 4000, 5000);
      story('late', 'warning', 6000, 7000);
      await store.batches.commit([checkedBatch(journal.batch())], 10_000);
      const found = async (query: Partial<EventQuery>): Promise<readonly string[]> =>
        (await store.records.events({ limit: 9, ...query })).items.map(({ label }) => label);
      expect(await found({ severity: 'critical' })).toEqual(['early', 'long_one']);
      expect(await found({ severity: 'critical', limit: 1 })).toEqual(['early']);
      expect(await found({ severity: 'info' })).toEqual([]);
      // What goes on over the beginning of the time has changed in it.
      expect(await found({ sinceMs: 5000 })).toEqual(['late', 'middle', 'long_one']);
      expect(await found({ sinceMs: 5001 })).toEqual(['late', 'long_one']);
      expect(await found({ untilMs: 4000, limit: 2 })).toEqual(['middle', 'early']);
      expect(await found({ untilMs: 3999 })).toEqual(['early', 'long_one']);
      expect(await found({ sinceMs: 3001, untilMs: 5999, severity: 'warning', device: 'line-1' })).toEqual(['middle']);
      const first = await store.records.events({ limit: 1, untilMs: 4000 });
      expect(await found({ untilMs: 4000, cursor: first.next })).toEqual(['early', 'long_one']);
    });

    it('never closes an event before it opens, never lists one of the future first, and keeps the clock of each instant', async () => {
      const journal = new JournalTwin('line-1');
      const story = (
        label: string,
        openedAt: number,
        closedAt: number,
        [opened, closed]: readonly ['synced' | 'suspect', 'synced' | 'suspect'],
      ) => {
        const body = eventBody({ label });
        journal.append('event', body, openedAt, { clock: opened });
        journal.append('event', { ...body, phase: 'closed', reason: 'cleared', durationMs: 9000 }, closedAt, {
          clock: closed,
        });
      };
      story('earlier', 10_000, 19_000, ['synced', 'synced']);
      story('set_back', 50_000, 20_000, ['synced', 'suspect']);
      story('of_the_future', 2_000_000_000_000, 70_000, ['suspect', 'synced']);
      story('latest', 95_000, 99_000, ['synced', 'synced']);
      for (const first of [1, 3, 5, 7]) {
        await store.batches.commit([checkedBatch(journal.batch(first, first + 1))], 9000 + first * 14_000);
      }
      const labels: string[] = [];
      let cursor: string | undefined;
      do {
        const page = await store.records.events({ limit: 1, cursor });
        for (const { label, openedAtMs, closedAtMs } of page.items) {
          labels.push(label);
          expect(closedAtMs).toBeGreaterThanOrEqual(openedAtMs);
        }
        cursor = page.next;
      } while (cursor !== undefined);
      expect(labels).toEqual(['latest', 'of_the_future', 'set_back', 'earlier']);
      const { items } = await store.records.events({ limit: 10 });
      expect(
        items.map(({ openedAtMs, closedAtMs, extra }) => [
          openedAtMs,
          extra.openedClock,
          closedAtMs,
          extra.closedClock,
        ]),
      ).toEqual([
        [95_000, 'synced', 99_000, 'synced'],
        [61_000, 'suspect', 70_000, 'synced'],
        [50_000, 'synced', 59_000, 'suspect'],
        [10_000, 'synced', 19_000, 'synced'],
      ]);
    });

    it('links the snapshot that the media stream names, and shows when its bytes are stored', async () => {
      const sha256 = 'e'.repeat(64);
      const events = new JournalTwin('line-1');
      const body = eventBody();
      events.append('event', body);
      const media = new JournalTwin('line-1', 'media', events.epoch);
      media.append('media', { sha256, bytes: 3, mime: 'image/jpeg', width: 1, height: 1, event: body.event });
      await put(media.batch(), events.batch());
      expect((await store.records.events({ limit: 1 })).items).toMatchObject([
        { snapshot: sha256, snapshotStored: false },
      ]);
      await store.media.save({ sha256, device: 'line-1', bytes: 3, mime: 'image/jpeg', storedAtMs: 0 });
      expect((await store.records.events({ limit: 1 })).items).toMatchObject([
        { snapshot: sha256, snapshotStored: true },
      ]);
    });

    it('lists clips whose bytes are stored, and takes none of them for the snapshot', async () => {
      const [clip, other] = ['a'.repeat(64), 'b'.repeat(64)];
      const events = new JournalTwin('line-1');
      const body = eventBody();
      events.append('event', body);
      const media = new JournalTwin('line-1', 'media', events.epoch);
      for (const sha256 of [clip, other]) {
        media.append('media', { sha256, bytes: 3, mime: 'video/mp4', width: 1, height: 1, event: body.event });
        await store.media.save({ sha256, device: 'line-1', bytes: 3, mime: 'video/mp4', storedAtMs: 0 });
      }
      await put(media.batch(), events.batch());
      const [event] = (await store.records.events({ limit: 1 })).items;
      expect(event).toMatchObject({ snapshot: null, snapshotStored: false });
      expect(event?.clips.toSorted()).toEqual([clip, other]);
    });
  });

  describe('signatures of devices', () => {
    const { publicKey, privateKey } = generateKeyPairSync('ed25519');
    const key = String(publicKey.export({ format: 'jwk' }).x);
    const events = new JournalTwin('line-1').appendEvents(6);

    function signed(seq: number, head: string, by = privateKey, name = key): JournalTwin {
      const audit = new JournalTwin('line-1', 'audit', events.epoch);
      const none = { seq: 0, head: events.heads[0] ?? '' };
      const ends = { audit: none, events: { seq, head }, telemetry: none, media: none };
      const text = Buffer.from(headsText('line-1', events.epoch, ends));
      const signature = sign(null, text, by).toString('base64url');
      audit.append('audit', signedHeadsBody({ key: name, ends, signature }));
      return audit;
    }

    it('show up to which number the stored records are those that the device signed, in any order of arrival', async () => {
      await one(signed(4, events.heads[4] ?? '').batch());
      expect(await store.records.streams()).toMatchObject([{ stream: 'audit', signedUpto: 0 }]);
      await one(events.batch());
      expect((await store.records.streams()).find(({ stream }) => stream === 'events')).toMatchObject({
        signedUpto: 4,
      });
      expect(await store.records.signatureProblems(10)).toEqual([]);
      expect(await verify()).toEqual([]);
    });

    it('reveal a history that was rewritten from its start, which a hash chain alone cannot', async () => {
      const rewritten = new JournalTwin('line-1', 'events', events.epoch).appendEvents(6);
      await one(rewritten.batch());
      await one(signed(5, events.heads[5] ?? '').batch());
      expect(await store.records.signatureProblems(10)).toMatchObject([
        { stream: 'events', seq: 5, problem: 'other_history' },
      ]);
      expect(await verify()).toMatchObject([{ problem: 'signature', first: 5 }]);
    });

    it('are not accepted when they are invalid, and are reported when they use another key', async () => {
      const other = generateKeyPairSync('ed25519');
      await one(events.batch());
      const name = String(other.publicKey.export({ format: 'jwk' }).x);
      const audit = signed(2, events.heads[2] ?? '');
      for (const more of [
        signed(3, events.heads[3] ?? '', other.privateKey),
        signed(4, events.heads[4] ?? '', other.privateKey, name),
      ]) {
        audit.append('audit', more.records[0]?.b ?? {});
      }
      for (const seq of [1, 2, 3]) await store.batches.commit([checkedBatch(audit.batch(seq, seq))], 1000 * seq);
      expect(await store.records.signatureProblems(10)).toMatchObject([
        { seq: 4, problem: 'other_key' },
        { seq: 3, problem: 'forged' },
      ]);
    });
  });

  describe('retention', () => {
    it('deletes old records, and the chain continues from where they ended', async () => {
      const journal = new JournalTwin('line-1').appendEvents(20);
      await store.batches.commit([checkedBatch(journal.batch(1, 8))], 1000);
      await store.batches.commit([checkedBatch(journal.batch(9, 14))], 2000);
      expect(await store.retention.retireRecords('events', 1000, 100, 5000)).toBe(0);
      expect(await store.retention.retireRecords('telemetry', 9000, 100, 5000)).toBe(0);
      expect(await store.retention.retireRecords('events', 2000, 5, 5000)).toBe(5);
      expect(await store.retention.retireRecords('events', 2000, 5, 5000)).toBe(3);
      expect(await store.retention.retireRecords('events', 2000, 5, 5000)).toBe(0);
      expect(await verify()).toEqual([]);
      expect((await store.records.events({ limit: 50 })).items).toHaveLength(6);
      expect(await store.records.streams()).toMatchObject([
        { stored: 14, retired: 8, missing: 0, declaredLost: 0, upto: 14 },
      ]);
      expect(await one(journal.batch(15, 20))).toMatchObject({ inserted: 6, breaks: 0, watermark: { upto: 20 } });
      expect(await store.retention.retireRecords('events', 9000, 100, 6000)).toBe(12);
      expect(await verify()).toEqual([]);
      expect(await store.records.streams()).toMatchObject([{ retired: 20, head: journal.heads[20] }]);
    });

    it('does not store deleted records again', async () => {
      const journal = new JournalTwin('line-1').appendEvents(6);
      await store.batches.commit([checkedBatch(journal.batch(1, 4))], 1000);
      await store.retention.retireRecords('events', 2000, 100, 5000);
      expect(await one(journal.batch(1, 4))).toMatchObject({ inserted: 0, duplicates: 4, breaks: 0, conflicts: 0 });
      expect(await one(journal.batch(3, 6))).toMatchObject({ inserted: 2, duplicates: 2, breaks: 0 });
      expect(await store.records.streams()).toMatchObject([{ stored: 6, retired: 4, upto: 6 }]);
      expect(await verify()).toEqual([]);
    });

    it('does not delete beyond a gap, whose neighbours prove what is missing', async () => {
      const journal = new JournalTwin('line-1').appendEvents(9);
      await store.batches.commit([checkedBatch(journal.batch(1, 3)), checkedBatch(journal.batch(6, 9))], 1000);
      expect(await store.retention.retireRecords('events', 2000, 100, 5000)).toBe(3);
      expect(await verify()).toMatchObject([{ problem: 'gap', first: 4, last: 5 }]);
      expect(await one(journal.batch(4, 5))).toMatchObject({ inserted: 2, breaks: 0, watermark: { upto: 9 } });
      expect(await verify()).toEqual([]);
    });

    it('detects records that were removed beside those that retention deleted', async () => {
      const journal = new JournalTwin('line-1').appendEvents(9);
      await store.batches.commit([checkedBatch(journal.batch(1, 3))], 1000);
      await store.batches.commit([checkedBatch(journal.batch(4, 9))], 3000);
      await store.retention.retireRecords('events', 2000, 100, 5000);
      await place.tamper('delete from records where seq = 4');
      expect(await verify()).toContainEqual(expect.objectContaining({ problem: 'missing', first: 4 }));
    });

    it('keeps the rows of pictures whose bytes are deleted, and stores them again', async () => {
      const row = { sha256: 'e'.repeat(64), device: 'line-1', bytes: 3, mime: 'image/jpeg', storedAtMs: 1000 };
      await store.media.save(row);
      await store.media.save({ ...row, sha256: 'f'.repeat(64), storedAtMs: 500 });
      expect((await store.retention.oldestMedia(5)).map(({ storedAtMs }) => storedAtMs)).toEqual([500, 1000]);
      await store.retention.retireMedia(row.sha256, 9000);
      expect(await store.media.get(row.sha256)).toBeUndefined();
      expect(await store.records.totals()).toMatchObject({ media: 1, mediaBytes: 3 });
      await store.media.save({ ...row, storedAtMs: 9500 });
      expect(await store.media.get(row.sha256)).toMatchObject({ storedAtMs: 9500 });
    });
  });

  describe('verify', () => {
    const journal = new JournalTwin('line-1').appendEvents(9);

    beforeEach(async () => {
      await one(journal.batch());
      expect(await verify()).toEqual([]);
    });

    it.each([
      ['a changed record', `update records set json = replace(json, 'spill', 'clean') where seq = 4`, 'broken_link', 4],
      ['a changed column', `update records set wall_ms = wall_ms + 1 where seq = 4`, 'changed', 4],
      ['a record taken out', 'delete from records where seq = 4', 'missing', 4],
      [
        'records exchanged',
        'update records set seq = seq + 100 where seq in (4, 5); update records set seq = 109 - seq where seq > 100',
        'broken_link',
        4,
      ],
      ['the last record taken out', 'delete from records where seq = 9', 'missing', 9],
      ['a record that is no JSON', `update records set json = 'x' where seq = 4`, 'changed', 4],
    ])('detects %s', async (_name, sql, problem, first) => {
      await place.tamper(sql);
      expect(await verify()).toContainEqual(expect.objectContaining({ problem, first }));
    });

    it('reports nothing wrong while records arrive and old ones are deleted', async () => {
      const busy = new JournalTwin('line-2').appendEvents(300);
      const work = (async () => {
        // Out of order, so that holes open and are filled under the eyes of who walks.
        for (let from = 1; from <= 300; from += 20) {
          await put(busy.batch(from + 10, from + 19), busy.batch(from, from + 9));
          await store.retention.retireRecords('events', 2000, 7, 5000);
        }
      })();
      for (let round = 0; round < 12; round += 1) {
        const wrong = (await verify()).filter(({ problem }) => problem !== 'gap');
        expect(wrong).toEqual([]);
      }
      await work;
      expect(await verify()).toEqual([]);
    });

    it('distinguishes a number that never arrived from one that was acknowledged', async () => {
      const other = new JournalTwin('line-2').appendEvents(4);
      await put(other.batch(1, 1), other.batch(4, 4));
      expect(await verify()).toMatchObject([{ device: 'line-2', problem: 'gap', first: 2, last: 3 }]);
    });
  });
});
