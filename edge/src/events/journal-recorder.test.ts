import { mkdir, readFile, readdir, rename, rm, writeFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { eventBody, oldForm } from '../../../tests/support/journal-twin.ts';
import { type TempDir, tempDir } from '../../../tests/support/temp-dir.ts';
import { HandClock, openTestJournal } from '../../../tests/support/test-journal.ts';
import type { LineEvent } from '../domain/index.ts';
import { silentLogger } from '@lineside/kit';
import type { Picture } from '../pipeline/index.ts';
import { DiskReserve, EvidenceStore, EvidenceSweep, evidenceFolder, evidencePath } from '../evidence/index.ts';
import { type Journal, journalPath, verifyJournal } from '../journal/index.ts';
import { JournalRecorder, openEventReader } from './index.ts';

let folder: TempDir;
let journal: Journal;
const clock = new HandClock();
const log = silentLogger;
beforeEach(async () => {
  folder = await tempDir();
  journal = openTestJournal(folder.path, { clock });
});
afterEach(async () => {
  journal.close();
  await folder[Symbol.asyncDispose]();
});

const open = (quotaBytes = 1e9, reserve?: DiskReserve) => {
  const place = { journal, folder: evidenceFolder(folder.path), quotaBytes, log };
  const evidence = new EvidenceStore({ ...place, ...(reserve === undefined ? {} : { reserve }) });
  const recorder = new JournalRecorder({ journal, evidence, clock, log });
  const sweep = new EvidenceSweep({ journal, evidence, clock, log, keepMs: 1_000 });
  return { evidence, recorder, sweep };
};
const id = (n: number): string => `01900000-0000-7000-8000-${String(n).padStart(12, '0')}`;
const happening = (n: number, phase: 'opened' | 'updated' | 'closed' = 'opened'): LineEvent => ({
  event: id(n),
  camera: 'people',
  frame: { camera: 'people', index: 7, atMs: 1, width: 1280, height: 720 },
  model: { id: 'ppe', sha256: 'a'.repeat(64), degraded: false },
  output: {
    phase,
    key: `k${n}`,
    rule: 'headwear',
    ruleType: 'spill',
    kind: 'personnel_violation',
    severity: 'warning',
    label: 'bare_head',
    score: 0.9,
    box: [1, 2, 3, 4],
    durationMs: 5_000,
    ...(phase === 'closed' ? { reason: 'cleared' as const } : {}),
  },
});
const picture = (text: string): Picture => ({ jpeg: Buffer.from(text), width: 1280, height: 720, index: 7 });
const files = async (): Promise<readonly string[]> => {
  const entries = await readdir(evidenceFolder(folder.path), { recursive: true, withFileTypes: true });
  return entries.filter((entry) => entry.isFile()).map((entry) => entry.name);
};
const audits = (): readonly string[] => journal.read('audit', 1, 100, 1e6)?.records ?? [];

test('an event and its picture are one transaction, and the file is there under its hash', async () => {
  const { evidence, recorder } = open();
  expect(await recorder.record(happening(1), picture('one'))).toEqual({ seq: 1 });
  expect(journal.stats().media.next).toBe(2);
  const [pending] = evidence.pending(9);
  expect(pending).toMatchObject({ bytes: 3, mime: 'image/jpeg' });
  expect((await evidence.open(pending!.sha256)).toString()).toBe('one');
  expect(await files()).toEqual([`${pending!.sha256}.jpg`]);
  evidence.uploaded(pending!.sha256);
  expect(evidence.pending(9)).toEqual([]);
});

test('an event whose picture cannot be written is kept, and says so', async () => {
  await writeFile(evidenceFolder(folder.path), 'a file where the folder should be');
  const { recorder } = open();
  expect(await recorder.record(happening(1), picture('one'))).toEqual({ seq: 1 });
  const reader = openEventReader(journalPath(folder.path));
  expect(reader.list(1)[0]).toMatchObject({ event: id(1), details: { evidence: 'not_written' }, snapshots: [] });
  reader.close();
});

test('an event decided earlier is recorded with the time of its decision', async () => {
  const { recorder } = open();
  const decidedAtMs = clock.monoMs();
  const wallMs = clock.wallMs();
  clock.advance(2_500);
  await recorder.record({ ...happening(1), decidedAtMs }, undefined);
  expect(JSON.parse(journal.read('events', 1, 1, 1e6)!.records[0]!)).toMatchObject({ t: wallMs, m: decidedAtMs });
});

test('numbers that JSON cannot carry cost an event the number, never the event', async () => {
  const { recorder } = open();
  const event = happening(1);
  const output = { ...event.output, score: Number.NaN, box: [0, 0, Infinity, 1] as const, details: { a: NaN, b: 2 } };
  await recorder.record({ ...event, output }, undefined);
  const { b } = JSON.parse(journal.read('events', 1, 1, 1e6)!.records[0]!);
  expect(b).toMatchObject({ details: { b: 2 } });
  expect(b).not.toHaveProperty('score');
  expect(b).not.toHaveProperty('box');
});

test('a picture that was changed or removed on the disk is never passed on', async () => {
  const { evidence, recorder } = open();
  await recorder.record(happening(1), picture('one'));
  const { sha256 } = evidence.pending(1)[0]!;
  const path = evidencePath(evidence.folder, sha256);
  await writeFile(path, 'two');
  await expect(evidence.open(sha256)).rejects.toMatchObject({ code: 'evidence_damaged' });
  await rm(path);
  await expect(evidence.open(sha256)).rejects.toMatchObject({ code: 'evidence_missing' });
});

test('over the quota uploaded pictures go first, then the oldest others with a record of each loss', async () => {
  const { evidence, recorder } = open(300);
  for (let n = 0; n < 4; n += 1) await recorder.record(happening(n), picture(`${n}`.repeat(100)));
  const hashes = evidence.pending(9).map((pending) => pending.sha256);
  evidence.uploaded(hashes[2]!);
  expect(evidence.retain()).toBe(1);
  expect(evidence.pending(9).map((pending) => pending.sha256)).toEqual([hashes[0], hashes[1], hashes[3]]);
  expect(audits()).toEqual([]);
  await recorder.record(happening(5), picture('5'.repeat(100)));
  expect(evidence.retain()).toBe(1);
  expect(evidence.stats()).toEqual({ files: 3, bytes: 300, pending: 3 });
  expect(audits()).toHaveLength(1);
  expect(audits()[0]).toContain(hashes[0]);
  expect(await files()).toHaveLength(3);
});

test('what a crash leaves is finished or removed after a while; what nobody can account for stays', async () => {
  const { evidence, recorder, sweep } = open();
  await recorder.record(happening(1), picture('one'));
  const { sha256 } = evidence.pending(1)[0]!;
  const final = evidencePath(evidence.folder, sha256);
  const cut = await evidence.stage(Buffer.from('one'));
  await rm(final);
  const orphan = await evidence.stage(Buffer.from('orphan'));
  const earlier = `${evidencePath(evidence.folder, 'b'.repeat(64))}.0123456789abcdef-1-1.new`;
  const strangers = [evidencePath(evidence.folder, 'c'.repeat(64)), earlier, `${evidence.folder}/notes.txt`];
  for (const path of strangers) {
    await mkdir(dirname(path), { recursive: true });
    await writeFile(path, 'mine');
  }
  expect(await sweep.sweep()).toEqual({ finished: 1, kept: 1, removed: 0, unknown: 3, lost: 0 });
  expect((await evidence.open(sha256)).toString()).toBe('one');
  await expect(readFile(cut.provisional)).rejects.toMatchObject({ code: 'ENOENT' });
  expect((await readFile(orphan.provisional)).toString()).toBe('orphan');
  clock.advance(1_500);
  expect(await sweep.sweep()).toEqual({ finished: 0, kept: 0, removed: 1, unknown: 3, lost: 0 });
  for (const path of strangers) expect((await readFile(path)).toString()).toBe('mine');
});

test('a picture that an earlier journal had not given its final name is finished when its record was carried over', async () => {
  const { evidence, recorder, sweep } = open();
  await recorder.record(happening(1), picture('one'));
  const { sha256 } = evidence.pending(1)[0]!;
  const final = evidencePath(evidence.folder, sha256);
  await rename(final, `${final}.0123456789abcdef-1-1.new`);
  expect(await sweep.sweep()).toMatchObject({ finished: 1, unknown: 0, lost: 0 });
  expect((await evidence.open(sha256)).toString()).toBe('one');
});

test('a picture that is gone from the disk is declared lost', async () => {
  const { evidence, recorder, sweep } = open();
  await recorder.record(happening(1), picture('one'));
  await rm(evidence.folder, { recursive: true });
  expect(await sweep.sweep()).toMatchObject({ lost: 1 });
  expect(evidence.pending(9)).toEqual([]);
  expect(audits()[0]).toContain('file_missing');
  expect(verifyJournal(journalPath(folder.path)).findings).toEqual([]);
});

test('a reader folds transitions into events, filters them, and returns one by the beginning of its id', async () => {
  const { recorder } = open();
  await recorder.record(happening(1), picture('one'));
  await recorder.record(happening(2), undefined);
  clock.advance(9_000);
  await recorder.record(happening(1, 'updated'), undefined);
  await recorder.record(happening(1, 'closed'), picture('two'));
  const reader = openEventReader(journalPath(folder.path));
  expect(reader.list(10).map((event) => [event.event, event.state])).toEqual([
    [id(1), 'closed'],
    [id(2), 'open'],
  ]);
  expect(reader.list(10, { state: 'open' }).map((event) => event.event)).toEqual([id(2)]);
  expect(reader.list(10, { kind: 'sanitation' })).toEqual([]);
  expect(reader.list(10, { ruleType: 'spill' }).map((event) => event.event)).toEqual([id(1), id(2)]);
  expect(reader.list(10, { ruleType: 'product_defect' })).toEqual([]);
  const shown = reader.show(id(1))!;
  expect(shown.transitions.map((transition) => transition.body.phase)).toEqual(['opened', 'updated', 'closed']);
  expect(shown.event).toMatchObject({ reason: 'cleared', transitions: 3, firstSeq: 1, lastSeq: 4, score: 0.9 });
  expect(shown.event.closedAtMs! - shown.event.openedAtMs).toBe(9_000);
  expect(shown.event.snapshots).toHaveLength(2);
  expect(reader.show('0190')).toBeUndefined();
  expect([...reader.events()].map((event) => event.event)).toEqual([id(1), id(2)]);
  reader.close();
});

test('a reader reads records from before `durationMs` had its name, and leaves them as they were written', async () => {
  const body = { ...oldForm(eventBody({ event: id(1), durationMs: 5_000 })) };
  journal.append([{ stream: 'events', kind: 'event', body }]);
  journal.append([
    { stream: 'events', kind: 'event', body: { ...body, phase: 'closed', reason: 'cleared', lastedMs: 8_000 } },
  ]);
  const reader = openEventReader(journalPath(folder.path));
  expect(reader.list(10)).toMatchObject([{ event: id(1), state: 'closed', durationMs: 8_000, transitions: 2 }]);
  expect(reader.show(id(1))?.transitions.map((transition) => transition.body.durationMs)).toEqual([5_000, 8_000]);
  reader.close();
  expect(journal.read('events', 1, 1, 1e6)!.records[0]).toContain('"lastedMs":5000');
  expect(verifyJournal(journalPath(folder.path)).findings).toEqual([]);
});

test('a tail gives what is written after it began, and ends with its signal', async () => {
  const { recorder } = open();
  await recorder.record(happening(1), undefined);
  const reader = openEventReader(journalPath(folder.path));
  const stop = new AbortController();
  const tail = reader.tail(stop.signal, clock);
  const next = tail.next();
  await recorder.record(happening(2), undefined);
  clock.advance(1_000);
  expect((await next).value?.body.event).toBe(id(2));
  const last = tail.next();
  stop.abort();
  expect((await last).done).toBe(true);
  reader.close();
});

const video = (text: string) => ({ mp4: Buffer.from(text), width: 1280, height: 720 });

test('a clip is evidence like a snapshot: a record with its hash, a file under it, and bytes that are verified', async () => {
  const { evidence, recorder, sweep } = open();
  await recorder.record(happening(1), picture('one'));
  const { sha256 } = await recorder.recordClip(id(1), video('film'));
  const records = journal.read('media', 1, 10, 1e6)?.records ?? [];
  const body = { sha256, bytes: 4, mime: 'video/mp4', width: 1280, height: 720, event: id(1) };
  expect(JSON.parse(records.at(-1) ?? '')).toMatchObject({ k: 'clip', b: body });
  expect(await files()).toContain(`${sha256}.mp4`);
  expect((await evidence.open(sha256)).toString()).toBe('film');
  expect(await sweep.sweep()).toMatchObject({ unknown: 0, lost: 0, kept: 0 });
  const reader = openEventReader(journalPath(folder.path));
  expect(reader.clips(id(1))).toEqual([sha256]);
  expect(reader.clips(id(2))).toEqual([]);
  reader.close();
});

test('the collector gets snapshots before clips, and a full quota costs clips before snapshots', async () => {
  const { evidence, recorder } = open(6);
  await recorder.record(happening(1), picture('one'));
  const clip = await recorder.recordClip(id(1), video('film'));
  await recorder.record(happening(2), picture('two'));
  expect(evidence.pending(10).map(({ bytes, mime }) => [bytes, mime])).toEqual([
    [3, 'image/jpeg'],
    [3, 'image/jpeg'],
    [4, 'video/mp4'],
  ]);
  expect(evidence.retain()).toBe(1);
  expect(evidence.holds(clip.sha256)).toBe(false);
  expect((await files()).filter((name) => name.endsWith('.mp4'))).toEqual([]);
  expect(evidence.pending(10)).toHaveLength(2);
  expect(audits().join()).toContain(clip.sha256);
});

test('a disk that others fill costs uploaded evidence, clips first, and nothing that the collector lacks', async () => {
  const held = (): number => evidence.stats().bytes;
  // 10 of 1000 bytes are to stay free; whatever is not evidence takes `others`.
  let others = 0;
  const state = () => ({ freeBytes: 1000 - others - held(), totalBytes: 1000, freeInodes: 9, totalInodes: 10 });
  const { evidence, recorder } = open(1e9, new DiskReserve(state, 10));
  await recorder.record(happening(1), picture('one'));
  await recorder.record(happening(2), picture('two'));
  const clip = await recorder.recordClip(id(1), video('film'));
  const late = await recorder.recordClip(id(2), video('more'));
  const [first] = evidence.pending(10);
  for (const { sha256 } of [first!, clip]) evidence.uploaded(sha256);
  expect(evidence.retain()).toBe(0);
  others = 1000 - held() - 8;
  expect(evidence.retain()).toBe(1);
  expect([evidence.holds(clip.sha256), evidence.holds(first!.sha256)]).toEqual([false, true]);
  others = 1000;
  expect(evidence.retain()).toBe(1);
  expect(evidence.pending(10)).toHaveLength(2);
  expect(evidence.holds(late.sha256)).toBe(true);
  expect(audits().join()).not.toContain('evidence_lost');
});

test('a disk without inodes costs as many uploaded files as are missing', async () => {
  const held = (): number => evidence.stats().files;
  const state = () => ({ freeBytes: 1e9, totalBytes: 1e9, freeInodes: 4 - held(), totalInodes: 40 });
  const { evidence, recorder } = open(1e9, new DiskReserve(state, 10));
  for (const n of [1, 2, 3]) await recorder.record(happening(n), picture(`number ${n}`));
  for (const { sha256 } of evidence.pending(10)) evidence.uploaded(sha256);
  expect(evidence.retain()).toBe(1);
  expect(evidence.stats().files).toBe(2);
});

test('a crash between the record of a clip and its final name is finished by the next sweep', async () => {
  const { recorder, sweep } = open();
  const { sha256 } = await recorder.recordClip(id(1), video('film'));
  const path = evidencePath(evidenceFolder(folder.path), sha256, 'clip');
  await rename(path, `${path}.${journal.epoch}-1-1.new`);
  expect(await sweep.sweep()).toMatchObject({ finished: 1, lost: 0 });
  expect(await files()).toEqual([`${sha256}.mp4`]);
});
