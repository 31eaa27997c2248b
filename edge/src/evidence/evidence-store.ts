import { renameSync, unlinkSync } from 'node:fs';
import type Database from 'better-sqlite3';
import { type Logger, messageOf, systemCode, writeFileAtomic } from '@lineside/kit';
import type { DiskReserve } from './disk-reserve.ts';
import { EVIDENCE_FORMATS, type EvidenceKind, evidencePath, readEvidence, sha256Of } from './evidence-files.ts';
import { CLIP_TABLE, type Entry, type Journal } from '../journal/index.ts';

/** Bytes that are durable on the disk under a provisional name and that no record names yet. */
export interface StagedEvidence {
  readonly sha256: string;
  readonly bytes: number;
  readonly provisional: string;
  readonly kind: EvidenceKind;
}

export interface PendingEvidence {
  readonly sha256: string;
  readonly bytes: number;
  readonly mime: string;
}

export interface EvidenceStats {
  readonly files: number;
  readonly bytes: number;
  /** Not at the collector yet. */
  readonly pending: number;
}

export interface EvidenceStoreOptions {
  readonly journal: Journal;
  readonly folder: string;
  readonly quotaBytes: number;
  readonly log: Logger;
  /** How much of the disk is to stay free. Without it only the quota counts. */
  readonly reserve?: DiskReserve;
}

interface Row {
  readonly sha256: string;
  readonly bytes: number;
  readonly event: string;
}

const RETENTION_STEP = 64;
const IS_CLIP = 'EXISTS (SELECT 1 FROM evidence_clip WHERE evidence_clip.sha256 = evidence.sha256)';

/**
 * Snapshots and clips in files beside the journal, named by their hash. A table in the journal's file lists them and says which
 * the collector has. Order of a write: bytes on the disk under a provisional name that contains the journal's epoch, then
 * the transaction with the records that name them, then the final name. So a crash leaves either a file that a record
 * names, or a provisional file of this journal that no record names and that can be removed.
 */
export class EvidenceStore {
  readonly folder: string;
  readonly #journal: Journal;
  readonly #log: Logger;
  readonly #quotaBytes: number;
  readonly #reserve: DiskReserve | undefined;
  readonly #insert: Database.Statement<[string, number, string, number]>;
  readonly #insertClip: Database.Statement<[string]>;
  readonly #pending: Database.Statement<
    [number],
    { readonly sha256: string; readonly bytes: number; readonly clip: number }
  >;
  readonly #uploaded: Database.Statement<[string]>;
  readonly #totals: Database.Statement<[], EvidenceStats>;
  readonly #next: Database.Statement<[number, number], Row>;
  #staged = 0;

  constructor(options: EvidenceStoreOptions) {
    const { database } = options.journal;
    database.exec(CLIP_TABLE);
    this.folder = options.folder;
    this.#journal = options.journal;
    this.#log = options.log;
    this.#quotaBytes = options.quotaBytes;
    this.#reserve = options.reserve;
    this.#insert = database.prepare(`INSERT INTO evidence(sha256, bytes, event, number, wall_ms)
      VALUES (?, ?, ?, (SELECT coalesce(max(number), 0) + 1 FROM evidence), ?)
      ON CONFLICT(sha256) DO NOTHING`);
    this.#insertClip = database.prepare('INSERT OR IGNORE INTO evidence_clip VALUES (?)');
    // Clips are large: the snapshots of all events are at the collector before the first of them.
    this.#pending = database.prepare(`SELECT sha256, bytes, ${IS_CLIP} AS clip FROM evidence WHERE uploaded = 0
      ORDER BY clip, number LIMIT ?`);
    this.#uploaded = database.prepare('UPDATE evidence SET uploaded = 1 WHERE sha256 = ?');
    this.#totals = database.prepare(`SELECT count(*) AS files, coalesce(sum(bytes), 0) AS bytes,
      count(*) FILTER (WHERE uploaded = 0) AS pending FROM evidence`);
    this.#next = database.prepare(`SELECT sha256, bytes, event FROM evidence WHERE uploaded = ?
      ORDER BY ${IS_CLIP} DESC, number LIMIT ?`);
  }

  /** Puts a JPEG or an MP4 on the disk, durable, under a provisional name. */
  async stage(bytes: Uint8Array, kind: EvidenceKind = 'snapshot'): Promise<StagedEvidence> {
    const sha256 = sha256Of(bytes);
    this.#staged += 1;
    const unique = `${this.#journal.epoch}-${process.pid}-${this.#staged}`;
    const provisional = `${evidencePath(this.folder, sha256, kind)}.${unique}.new`;
    await writeFileAtomic(provisional, bytes, { unique });
    return { sha256, bytes: bytes.byteLength, provisional, kind };
  }

  /** Adds the file to the table; to be called inside the transaction that writes the records naming it. */
  adopt(staged: StagedEvidence, event: string, wallMs: number): void {
    this.#insert.run(staged.sha256, staged.bytes, event, Math.round(wallMs));
    if (staged.kind === 'clip') this.#insertClip.run(staged.sha256);
  }

  /** After that transaction: gives the file its final name. If that fails, the next sweep does it. */
  settle(staged: StagedEvidence): void {
    try {
      renameSync(staged.provisional, evidencePath(this.folder, staged.sha256, staged.kind));
    } catch (error) {
      this.#log.warn(
        { path: staged.provisional, error: messageOf(error) },
        'cannot give an evidence file its final name yet',
      );
    }
  }

  /** The records were not written: nothing will ever name the file. */
  discard(staged: StagedEvidence): void {
    this.#unlink(staged.provisional);
  }

  /** Bytes of a snapshot or clip, hashed again. Throws `evidence_missing`, `evidence_damaged`. */
  open(sha256: string): Promise<Buffer> {
    return readEvidence(this.folder, sha256);
  }

  /** Evidence that the collector lacks: snapshots first, then clips, each oldest first. */
  pending(limit: number): readonly PendingEvidence[] {
    return this.#pending.all(limit).map(({ sha256, bytes, clip }) => {
      return { sha256, bytes, mime: EVIDENCE_FORMATS[clip === 1 ? 'clip' : 'snapshot'].mime };
    });
  }

  /** The collector has hashed and stored it. */
  uploaded(sha256: string): void {
    this.#uploaded.run(sha256);
  }

  stats(): EvidenceStats {
    return this.#totals.get() ?? { files: 0, bytes: 0, pending: 0 };
  }

  /**
   * Brings the evidence under its quota: removes uploaded files first, clips before snapshots and oldest first; then the
   * others in the same order, each with an audit record of its loss in the same transaction. Where others fill the disk,
   * uploaded files are removed until enough is free, and no others: their loss would not help for long. Returns how many
   * were removed.
   */
  retain(): number {
    let removed = 0;
    for (let over = this.#over(); over > 0; over = this.#over()) {
      const delivered = this.#next.all(1, RETENTION_STEP);
      const lost = delivered.length === 0;
      const rows = enough(lost ? this.#next.all(0, RETENTION_STEP) : delivered, over);
      if (rows.length === 0) break;
      this.remove(
        rows.map((row) => row.sha256),
        lost ? rows.map((row) => lossOf(row, 'quota')) : [],
      );
      if (lost) this.#log.error({ files: rows.length }, 'evidence is full: removed files that were never uploaded');
      removed += rows.length;
    }
    return removed + this.#freeSpace();
  }

  /** Removes uploaded files, a few at a time, while too few bytes or inodes of the disk are free. */
  #freeSpace(): number {
    let removed = 0;
    for (let missing = this.#reserve?.missing(); missing !== undefined; missing = this.#reserve?.missing()) {
      const delivered = this.#next.all(1, RETENTION_STEP);
      const rows = missing.inodes > 0 ? delivered.slice(0, missing.inodes) : enough(delivered, missing.bytes);
      if (rows.length === 0) break;
      this.remove(
        rows.map((row) => row.sha256),
        [],
      );
      removed += rows.length;
    }
    if (removed > 0) this.#log.warn({ files: removed }, 'the disk is nearly full: removed uploaded evidence');
    return removed;
  }

  /** Removes files from the table, with `records` in the same transaction, then deletes them. */
  remove(hashes: readonly string[], records: readonly Entry[]): void {
    const { database } = this.#journal;
    const forget = database.prepare('DELETE FROM evidence WHERE sha256 = ?');
    const forgetClip = database.prepare('DELETE FROM evidence_clip WHERE sha256 = ?');
    const condemn = database.prepare('INSERT OR IGNORE INTO evidence_garbage VALUES (?)');
    this.#journal.append(records, () => {
      for (const sha256 of hashes) {
        forget.run(sha256);
        forgetClip.run(sha256);
        condemn.run(sha256);
      }
    });
    this.clearGarbage();
  }

  /** Deletes files that were removed from the table; those that a later record names again stay. */
  clearGarbage(): void {
    const { database } = this.#journal;
    const condemned = database
      .prepare<[], string>('SELECT sha256 FROM evidence_garbage WHERE sha256 NOT IN (SELECT sha256 FROM evidence)')
      .pluck()
      .all();
    for (const sha256 of condemned) {
      this.#unlink(evidencePath(this.folder, sha256));
      this.#unlink(evidencePath(this.folder, sha256, 'clip'));
    }
    database.exec('DELETE FROM evidence_garbage');
  }

  /** Whether the table of this journal lists the file. */
  holds(sha256: string): boolean {
    return this.#journal.database.prepare('SELECT 1 FROM evidence WHERE sha256 = ?').get(sha256) !== undefined;
  }

  #over(): number {
    return this.stats().bytes - this.#quotaBytes;
  }

  #unlink(path: string): void {
    try {
      unlinkSync(path);
    } catch (error) {
      if (systemCode(error) !== 'ENOENT')
        this.#log.warn({ path, error: messageOf(error) }, 'cannot delete an evidence file');
    }
  }
}

/** Audit entry that says which evidence is lost and why. */
export function lossOf(row: Row, reason: 'quota' | 'file_missing' | 'file_damaged'): Entry {
  const details = { sha256: row.sha256, bytes: row.bytes, event: row.event, reason };
  return { stream: 'audit', kind: 'audit', body: { action: 'evidence_lost', who: 'lineside', details } };
}

function enough(rows: readonly Row[], bytes: number): readonly Row[] {
  let sum = 0;
  const count = rows.findIndex((row) => (sum += row.bytes) >= bytes);
  return count < 0 ? rows : rows.slice(0, count + 1);
}
