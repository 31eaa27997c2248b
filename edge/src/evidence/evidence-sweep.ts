import { existsSync, renameSync } from 'node:fs';
import { readdir, unlink } from 'node:fs/promises';
import { join } from 'node:path';
import type Database from 'better-sqlite3';
import { type Clock, type Logger, systemCode } from '@lineside/kit';
import { type EvidenceStore, lossOf } from './evidence-store.ts';
import { locateEvidence } from './evidence-files.ts';
import type { Journal } from '../journal/index.ts';

export interface SweepReport {
  /** Writes that a crash interrupted between the transaction and the final name: finished now. */
  readonly finished: number;
  /** Provisional files of this journal that no record names: kept for now, and removed after a while. */
  readonly kept: number;
  readonly removed: number;
  /** Files that are not certainly unused, for instance of an earlier journal: left alone. */
  readonly unknown: number;
  /** Files that records name and that are not on the disk: declared lost. */
  readonly lost: number;
}

const FINAL = /^([0-9a-f]{64})\.(?:jpg|mp4)$/;
const PROVISIONAL = /^([0-9a-f]{64})\.(?:jpg|mp4)\.([0-9a-f]{16})-\d+-\d+\.new$/;

/**
 * Reconciles the evidence folder with its table, at start and every minute. Removes only provisional files of this
 * journal's epoch that no record names and that were there `keepMs` ago, and files that retention removed from the table.
 */
export class EvidenceSweep {
  readonly #journal: Journal;
  readonly #evidence: EvidenceStore;
  readonly #clock: Clock;
  readonly #log: Logger;
  readonly #keepMs: number;
  readonly #firstSeenMs = new Map<string, number>();

  constructor(options: { journal: Journal; evidence: EvidenceStore; clock: Clock; log: Logger; keepMs: number }) {
    this.#journal = options.journal;
    this.#evidence = options.evidence;
    this.#clock = options.clock;
    this.#log = options.log;
    this.#keepMs = options.keepMs;
  }

  async sweep(): Promise<SweepReport> {
    this.#evidence.clearGarbage();
    const report = { finished: 0, kept: 0, removed: 0, unknown: 0, lost: 0 };
    const present = new Set<string>();
    for (const { path, name } of await this.#files()) {
      const final = FINAL.exec(name)?.[1];
      const provisional = PROVISIONAL.exec(name);
      if (final !== undefined) {
        present.add(final);
        if (!this.#evidence.holds(final)) report.unknown += 1;
      } else if (provisional?.[1] === undefined) report.unknown += 1;
      // Also of an earlier journal, when its records were transferred into this one.
      else if (this.#finish(path, provisional[1], present)) report.finished += 1;
      else if (provisional[2] !== this.#journal.epoch) report.unknown += 1;
      else if (await this.#expire(path)) report.removed += 1;
      else report.kept += 1;
    }
    report.lost = this.#declareMissing(present);
    if (report.unknown > 0) this.#log.warn(report, 'files among the evidence that no record names are left alone');
    return report;
  }

  async #files(): Promise<readonly { readonly path: string; readonly name: string }[]> {
    try {
      const entries = await readdir(this.#evidence.folder, { recursive: true, withFileTypes: true });
      const files = entries.filter((entry) => entry.isFile());
      return files.map((entry) => ({ path: join(entry.parentPath, entry.name), name: entry.name }));
    } catch (error) {
      if (systemCode(error) === 'ENOENT') return [];
      throw error;
    }
  }

  #finish(path: string, sha256: string, present: Set<string>): boolean {
    if (!this.#evidence.holds(sha256)) return false;
    renameSync(path, path.replace(/\.[0-9a-f]{16}-\d+-\d+\.new$/, ''));
    present.add(sha256);
    return true;
  }

  async #expire(path: string): Promise<boolean> {
    const now = this.#clock.monoMs();
    const firstSeen = this.#firstSeenMs.get(path) ?? now;
    this.#firstSeenMs.set(path, firstSeen);
    if (now - firstSeen < this.#keepMs) return false;
    await unlink(path);
    this.#firstSeenMs.delete(path);
    return true;
  }

  /** Checks each again: a file written since the listing is not missing. */
  #declareMissing(present: ReadonlySet<string>): number {
    const rows: Database.Statement<[], { sha256: string; bytes: number; event: string }> =
      this.#journal.database.prepare('SELECT sha256, bytes, event FROM evidence ORDER BY number');
    const gone = (sha256: string): boolean => !existsSync(locateEvidence(this.#evidence.folder, sha256));
    const missing = rows.all().filter((row) => !present.has(row.sha256) && gone(row.sha256));
    if (missing.length === 0) return 0;
    this.#evidence.remove(
      missing.map((row) => row.sha256),
      missing.map((row) => lossOf(row, 'file_missing')),
    );
    this.#log.error({ files: missing.length }, 'evidence files that records name are not on the disk: declared lost');
    return missing.length;
  }
}
