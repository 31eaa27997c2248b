import { generateKeyPairSync, sign } from 'node:crypto';
import { readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import {
  canonicalJson,
  chainNext,
  chainStart,
  headsText,
  readSignedHeads,
  signatureHolds,
  signedHeadsBody,
  WireRecord,
} from '@lineside/protocol';
import Database from 'better-sqlite3';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { type TempDir, tempDir } from '../../../tests/support/temp-dir.ts';
import { HandClock, openTestJournal, sampleBody } from '../../../tests/support/test-journal.ts';
import { deviceKey, HeadSigner, identityFolder, type Journal, journalPath, verifyJournal } from './index.ts';

let folder: TempDir;
let journal: Journal;
let clock: HandClock;
let signer: HeadSigner;
beforeEach(async () => {
  folder = await tempDir();
  clock = new HandClock();
  journal = openTestJournal(folder.path, { clock });
  signer = new HeadSigner({ journal, key: deviceKey(folder.path), clock });
});
afterEach(async () => {
  journal.close();
  await folder[Symbol.asyncDispose]();
});

const fill = (count: number): void => {
  journal.append(Array.from({ length: count }, (_, n) => ({ stream: 'events', kind: 'event', body: sampleBody(n) })));
};
const newestAudit = (): WireRecord => {
  const { next } = journal.stats().audit;
  return WireRecord.parse(JSON.parse(journal.read('audit', next - 1, 1, 1e6)!.records[0]!));
};

test('the key is made once, is readable by its owner alone, and its public half is what the signatures name', () => {
  const key = deviceKey(folder.path);
  expect(key.publicKey).toBe(signer.publicKey);
  expect(key.publicKey).toMatch(/^[A-Za-z0-9_-]{43}$/);
  const path = join(identityFolder(folder.path), 'journal.key');
  expect(statSync(path).mode & 0o777).toBe(0o600);
  expect(statSync(identityFolder(folder.path)).mode & 0o777).toBe(0o700);
  expect(readFileSync(path, 'utf8')).toContain('PRIVATE KEY');
});

test('anybody who has the record can check it, and for no other journal', () => {
  fill(10);
  const ends = journal.ends();
  signer.sign();
  const signed = readSignedHeads(newestAudit().b)!;
  expect(signed).toMatchObject({ key: signer.publicKey, ends });
  expect(signatureHolds('line-1', journal.epoch, signed)).toBe(true);
  expect(signatureHolds('line-2', journal.epoch, signed)).toBe(false);
  expect(signatureHolds('line-1', '0'.repeat(16), signed)).toBe(false);
  const moved = { ...signed, ends: { ...ends, events: { ...ends.events, seq: 9 } } };
  expect(signatureHolds('line-1', journal.epoch, moved)).toBe(false);
  expect(signatureHolds('line-1', journal.epoch, { ...signed, key: 'x' })).toBe(false);
});

test('it signs hourly, soon after something was noted in the audit stream, and not when nothing is new', () => {
  const signatures = (): number => journal.stats().audit.next - 1;
  fill(3);
  signer.maybeSign();
  expect(signatures()).toBe(1);
  clock.advance(3_700_000);
  signer.maybeSign();
  expect(signatures()).toBe(1);
  fill(1);
  clock.advance(120_000);
  signer.maybeSign();
  expect(signatures()).toBe(1);
  journal.append([{ stream: 'audit', kind: 'audit', body: { action: 'noted', who: 'test' } }]);
  signer.maybeSign();
  expect(signatures()).toBe(3);
  fill(1);
  clock.advance(3_700_000);
  signer.maybeSign();
  expect(signatures()).toBe(4);
});

test('verify counts the signatures that hold', () => {
  fill(5);
  signer.sign();
  fill(5);
  signer.sign();
  const { findings, signatures } = verifyJournal(journalPath(folder.path));
  expect(findings).toEqual([]);
  expect(signatures).toEqual({ held: 2, keys: [signer.publicKey], newest: 2 });
});

test('a chain that was rewritten to the end, hashes and head and all, is found by the signature over it', () => {
  fill(20);
  signer.sign();
  journal.close();
  const database = new Database(journalPath(folder.path));
  interface Row {
    readonly seq: number;
    readonly json: string;
    readonly hash: Buffer;
  }
  const rows = database.prepare<[], Row>('SELECT seq, json, hash FROM record_events ORDER BY seq').all();
  let hash = rows[8]!.hash.toString('hex');
  for (const { seq, json } of rows.slice(9)) {
    const record = JSON.parse(json) as { b: object };
    const text = seq === 10 ? canonicalJson({ ...record, b: { ...record.b, n: 999 } }) : json;
    hash = chainNext(hash, text);
    database
      .prepare('UPDATE record_events SET json = ?, hash = ? WHERE seq = ?')
      .run(text, Buffer.from(hash, 'hex'), seq);
  }
  database.prepare("UPDATE stream_head SET head = ? WHERE stream = 'events'").run(Buffer.from(hash, 'hex'));
  database.close();
  expect(verifyJournal(journalPath(folder.path)).findings).toEqual([
    { stream: 'events', what: 'unlike_signed', seq: 20, to: 20 },
  ]);
});

test('a signature by nobody is a finding', () => {
  fill(2);
  signer.sign();
  const { b } = newestAudit();
  const details = { ...(b['details'] as object), signature: 'A'.repeat(86) };
  journal.append([{ stream: 'audit', kind: 'audit', body: { ...b, details } }]);
  const { findings, signatures } = verifyJournal(journalPath(folder.path));
  expect(findings).toEqual([{ stream: 'audit', what: 'signature_broken', seq: 2, to: 2 }]);
  expect(signatures.held).toBe(1);
});

/** As a copy of the folder looks to the next start: the file is not the one that the mark names. */
const restore = (): void => {
  const path = `${journalPath(folder.path)}.mark`;
  const mark = JSON.parse(readFileSync(path, 'utf8')) as object;
  writeFileSync(path, JSON.stringify({ ...mark, inode: 1 }));
};

test('signatures that recovery transfers, once or twice, are about the earlier journals and are not accused', () => {
  fill(10);
  signer.sign();
  for (let times = 1; times <= 2; times += 1) {
    journal.close();
    restore();
    journal = openTestJournal(folder.path, { clock });
    fill(3);
    new HeadSigner({ journal, key: deviceKey(folder.path), clock }).sign();
    expect(verifyJournal(journalPath(folder.path))).toMatchObject({ findings: [], signatures: { held: 1 } });
  }
});

test('a transferred signature that was edited is a finding', () => {
  fill(10);
  signer.sign();
  journal.close();
  restore();
  journal = openTestJournal(folder.path, { clock });
  const database = new Database(journalPath(folder.path));
  database.exec('UPDATE record_audit SET json = replace(json, \'"alg":"ed25519"\', \'"alg":"none"\')');
  database.close();
  const { findings } = verifyJournal(journalPath(folder.path));
  expect(findings).toContainEqual({ stream: 'audit', what: 'changed', seq: 1, to: 1 });
});

describe('a stream whose end was cut off together with its bookkeeping', () => {
  const cut = (kept: number, stream = 'events'): void => {
    const database = new Database(journalPath(folder.path));
    const head =
      kept === 0
        ? chainStart('line-1', journal.epoch, stream as 'events')
        : database.prepare<[number], Buffer>(`SELECT hash FROM record_${stream} WHERE seq = ?`).pluck().get(kept)!;
    database.exec(`DELETE FROM record_${stream} WHERE seq > ${kept}`);
    database
      .prepare('UPDATE stream_head SET next_seq = ?, head = ? WHERE stream = ?')
      .run(kept + 1, typeof head === 'string' ? Buffer.from(head, 'hex') : head, stream);
    database.close();
  };
  const found = () => verifyJournal(journalPath(folder.path)).findings;

  test.each([8, 0])('is found by the signed head, with %i of 20 records left', (kept) => {
    fill(20);
    signer.sign();
    journal.close();
    rmSync(`${journalPath(folder.path)}.mark`);
    cut(kept);
    expect(found()).toEqual([{ stream: 'events', what: 'truncated', seq: kept + 1, to: 20 }]);
  });

  test('is found by the mark beside the file where no signature reaches so far', () => {
    fill(20);
    journal.close();
    cut(12);
    expect(found()).toEqual([{ stream: 'events', what: 'truncated', seq: 13, to: 20 }]);
  });

  test('is found in the audit stream that holds the signatures itself', () => {
    fill(5);
    signer.sign();
    journal.close();
    cut(0, 'audit');
    expect(found()).toEqual([{ stream: 'audit', what: 'truncated', seq: 1, to: 1 }]);
  });

  test('is found where the stream was removed from the table of heads', () => {
    fill(20);
    signer.sign();
    journal.close();
    const database = new Database(journalPath(folder.path));
    database.exec("DELETE FROM stream_head WHERE stream = 'events'; DELETE FROM record_events");
    database.close();
    expect(found()).toEqual([{ stream: 'events', what: 'truncated', seq: 1, to: 20 }]);
  });

  test('is found where the records count as pruned under a base that the device did not sign', () => {
    fill(20);
    signer.sign();
    journal.close();
    const database = new Database(journalPath(folder.path));
    database.exec(`DELETE FROM record_events;
      UPDATE stream_head SET base_seq = 20, base_hash = zeroblob(32), head = zeroblob(32), acked = 20 WHERE stream = 'events'`);
    database.close();
    expect(found()).toEqual([{ stream: 'events', what: 'unlike_signed', seq: 20, to: 20 }]);
  });
});

test('records outside the numbers of their stream are found', () => {
  fill(3);
  journal.close();
  const database = new Database(journalPath(folder.path));
  database.exec(`INSERT INTO record_events SELECT 4, kind, json, hash FROM record_events WHERE seq = 3;
    INSERT INTO record_events SELECT 0, kind, json, hash FROM record_events WHERE seq = 3`);
  database.close();
  expect(verifyJournal(journalPath(folder.path)).findings).toEqual([
    { stream: 'events', what: 'added', seq: 0, to: 0 },
    { stream: 'events', what: 'added', seq: 4, to: 4 },
  ]);
});

describe('the key that signs', () => {
  const path = (): string => join(identityFolder(folder.path), 'journal.key');
  const renew = (): HeadSigner => {
    rmSync(path());
    return new HeadSigner({ journal, key: deviceKey(folder.path), clock });
  };
  /** Signs every signed head of the closed journal again with a key of one's own, and makes the chain fit. */
  const signAgain = (): void => {
    const { privateKey, publicKey } = generateKeyPairSync('ed25519');
    const key = publicKey.export({ format: 'jwk' }).x ?? '';
    const database = new Database(journalPath(folder.path));
    const rows = database
      .prepare<[], { seq: number; json: string }>('SELECT seq, json FROM record_audit ORDER BY seq')
      .all();
    let hash = chainStart('line-1', journal.epoch, 'audit');
    for (const { seq, json } of rows) {
      const record = WireRecord.parse(JSON.parse(json));
      const signed = readSignedHeads(record.b);
      let text = json;
      if (signed !== undefined) {
        const ends = { ...signed.ends, audit: { seq: seq - 1, head: hash } };
        const signature = sign(null, Buffer.from(headsText('line-1', journal.epoch, ends)), privateKey);
        const body = signedHeadsBody({ key, ends, signature: signature.toString('base64url') });
        text = canonicalJson({ ...record, b: body });
      }
      hash = chainNext(hash, text);
      database
        .prepare('UPDATE record_audit SET json = ?, hash = ? WHERE seq = ?')
        .run(text, Buffer.from(hash, 'hex'), seq);
    }
    database.prepare("UPDATE stream_head SET head = ? WHERE stream = 'audit'").run(Buffer.from(hash, 'hex'));
    database.close();
  };

  test('may be made anew: that is an audit record and an alarm, and no finding', () => {
    fill(2);
    signer.sign();
    fill(2);
    renew().sign();
    expect(journal.alarms().map(({ code }) => code)).toEqual(['signing_key_changed']);
    expect(journal.stats().audit.next - 1).toBe(3);
    const { findings, signatures } = verifyJournal(journalPath(folder.path));
    expect([findings, signatures.held, signatures.keys.length]).toEqual([[], 2, 2]);
    journal.close();
    restore();
    journal = openTestJournal(folder.path, { clock });
    renew().sign();
    expect(journal.alarms().map(({ code }) => code)).toContain('signing_key_changed');
    expect(verifyJournal(journalPath(folder.path)).findings).toEqual([]);
  });

  test('is known to the journal: a history that was signed again with another key is found, the first record of it', () => {
    for (let n = 0; n < 3; n += 1) {
      fill(2);
      signer.sign();
    }
    journal.close();
    signAgain();
    const findings = verifyJournal(journalPath(folder.path)).findings;
    expect(findings).toEqual([1, 2, 3].map((seq) => ({ stream: 'audit', what: 'other_key', seq, to: seq })));
  });

  test('is compared with the one of the device where the key in the journal was changed too', () => {
    fill(2);
    signer.sign();
    journal.close();
    signAgain();
    const database = new Database(journalPath(folder.path));
    database.exec(`UPDATE meta SET value = (SELECT json ->> '$.b.details.key' FROM record_audit WHERE seq = 1)
      WHERE key = 'signing_key'`);
    database.close();
    expect(verifyJournal(journalPath(folder.path)).findings).toEqual([
      { stream: 'audit', what: 'other_key', seq: 1, to: 1 },
    ]);
  });
});
