import { copyFileSync } from 'node:fs';
import Database from 'better-sqlite3';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { type TempDir, tempDir } from '../../../tests/support/temp-dir.ts';
import { HandClock, openTestJournal, sampleBody } from '../../../tests/support/test-journal.ts';
import { type Finding, journalPath, verifyJournal } from './index.ts';

let folder: TempDir;
beforeEach(async () => {
  folder = await tempDir();
  const journal = openTestJournal(folder.path);
  for (let n = 1; n <= 20; n += 1) {
    journal.append([
      { stream: 'events', kind: 'event', body: sampleBody(n) },
      { stream: 'audit', kind: 'audit', body: { action: 'test', who: 'me' } },
    ]);
  }
  journal.close();
});
afterEach(() => folder[Symbol.asyncDispose]());

const tamper = (sql: string): readonly Pick<Finding, 'what' | 'seq' | 'to'>[] => {
  const copy = folder.join('copy.db');
  copyFileSync(journalPath(folder.path), copy);
  const raw = new Database(copy);
  raw.exec(sql);
  raw.close();
  const { findings, streams } = verifyJournal(copy);
  expect(findings.every((finding) => finding.stream === 'events')).toBe(true);
  expect(streams.find((verdict) => verdict.stream === 'audit')?.checked).toBe(20);
  return findings.map(({ what, seq, to }) => ({ what, seq, to }));
};

test('a journal as it was written is whole, and its counts say how much was looked at', () => {
  const verdict = verifyJournal(journalPath(folder.path));
  expect(verdict.findings).toEqual([]);
  expect(verdict).toMatchObject({ device: 'line-1' });
  expect(verdict.streams.find(({ stream }) => stream === 'events')).toMatchObject({ first: 1, next: 21, checked: 20 });
});

test('one byte of a body changed is found under its number', () => {
  const change = 'SET json = replace(json, \'"n":7\', \'"n":8\') WHERE seq = 7';
  expect(tamper(`UPDATE record_events ${change}`)).toEqual([{ what: 'changed', seq: 7, to: 7 }]);
  const last = 'SET json = replace(json, \'"n":20\', \'"n":21\') WHERE seq = 20';
  expect(tamper(`UPDATE record_events ${last}`)).toEqual([{ what: 'changed', seq: 20, to: 20 }]);
});

test('a hash changed is found', () => {
  const found = tamper('UPDATE record_events SET hash = zeroblob(32) WHERE seq = 7');
  expect(found[0]).toEqual({ what: 'rehashed', seq: 7, to: 7 });
});

test('a row taken out of the middle is found', () => {
  expect(tamper('DELETE FROM record_events WHERE seq = 7')).toEqual([{ what: 'missing', seq: 7, to: 7 }]);
});

test('the first rows taken out are found', () => {
  expect(tamper('DELETE FROM record_events WHERE seq <= 3')).toEqual([{ what: 'missing', seq: 1, to: 3 }]);
});

test('two rows swapped are found, both and nothing else', () => {
  const swap = `UPDATE record_events SET seq = -1 WHERE seq = 7;
    UPDATE record_events SET seq = 7 WHERE seq = 8; UPDATE record_events SET seq = 8 WHERE seq = -1;`;
  expect(tamper(swap)).toEqual([
    { what: 'reordered', seq: 7, to: 7 },
    { what: 'reordered', seq: 8, to: 8 },
  ]);
});

test('a tail cut off is found', () => {
  expect(tamper('DELETE FROM record_events WHERE seq > 15')).toEqual([{ what: 'truncated', seq: 16, to: 20 }]);
});

test('text that is no JSON any more is found, and the rest is still looked at', () => {
  const broken = "DROP INDEX record_events_event; UPDATE record_events SET json = '{' WHERE seq = 3";
  expect(tamper(broken)).toEqual([{ what: 'changed', seq: 3, to: 3 }]);
});

test('records that left before delivery without a tombstone are found', () => {
  const forget = `UPDATE stream_head SET base_seq = 5, base_hash = (SELECT hash FROM record_events WHERE seq = 5)
    WHERE stream = 'events'; DELETE FROM record_events WHERE seq <= 5`;
  expect(tamper(forget)).toEqual([{ what: 'undeclared', seq: 1, to: 5 }]);
});

test('a journal is verified while it is written and pruned', () => {
  const clock = new HandClock();
  const journal = openTestJournal(folder.path, { clock });
  journal.append([{ stream: 'events', kind: 'event', body: sampleBody(21) }]);
  expect(verifyJournal(journalPath(folder.path)).findings).toEqual([]);
  journal.ack('events', 10, []);
  clock.advance(1_000);
  expect(journal.prune(500)).toBe(10);
  const verdict = verifyJournal(journalPath(folder.path));
  expect(verdict.findings).toEqual([]);
  expect(verdict.streams.find(({ stream }) => stream === 'events')).toMatchObject({ first: 11, next: 22, checked: 11 });
  journal.close();
});

test('a folder without a journal is distinguished from a damaged one', () => {
  expect(() => verifyJournal(folder.join('none.db'))).toThrow(expect.objectContaining({ code: 'journal_absent' }));
  copyFileSync(import.meta.filename, folder.join('text.db'));
  expect(() => verifyJournal(folder.join('text.db'))).toThrow(expect.objectContaining({ code: 'journal_damaged' }));
});
