import { randomBytes } from 'node:crypto';
import { join } from 'node:path';
import type { Clock, Logger } from '../kit/index.ts';
import { clockIsSynchronised } from './clock-source.ts';
import { EvidenceStore } from './evidence.ts';
import { EvidenceSweep } from './evidence-sweep.ts';
import { Journal } from './journal.ts';
import { JournalRecorder } from './recorder.ts';
import { StoreUpkeep } from './upkeep.ts';

export interface StoreOptions {
  /** The data folder. */
  readonly data: string;
  readonly device: string;
  readonly boot: string;
  readonly clock: Clock;
  readonly log: Logger;
  readonly journalQuotaBytes: number;
  readonly evidenceQuotaBytes: number;
  readonly keepDeliveredMs: number;
}

/** The parts of the store that a running line needs, joined. */
export interface Store {
  readonly journal: Journal;
  readonly evidence: EvidenceStore;
  readonly recorder: JournalRecorder;
  /** To be run beside the line. */
  readonly upkeep: StoreUpkeep;
}

const KEEP_ORPHANS_MS = 3_600_000;

/** Where the journal of a data folder lies. */
export function journalPath(data: string): string {
  return join(data, 'journal.db');
}

/** Where its pictures lie. */
export function evidenceFolder(data: string): string {
  return join(data, 'evidence');
}

/** Opens the data folder as its one writer. Throws StoreError as Journal.open does; close with `journal.close()`. */
export function openStore(options: StoreOptions): Store {
  const { data, device, boot, clock, log, keepDeliveredMs } = options;
  const quotaBytes = options.journalQuotaBytes;
  const system = { random: randomBytes, synced: clockIsSynchronised };
  const journal = Journal.open({ path: journalPath(data), device, boot, clock, log, quotaBytes, ...system });
  const folder = evidenceFolder(data);
  const evidence = new EvidenceStore({ journal, folder, quotaBytes: options.evidenceQuotaBytes, log });
  const sweep = new EvidenceSweep({ journal, evidence, clock, log, keepMs: KEEP_ORPHANS_MS });
  const recorder = new JournalRecorder({ journal, evidence, clock, log });
  const upkeep = new StoreUpkeep({ journal, evidence, sweep, clock, log, keepDeliveredMs });
  return { journal, evidence, recorder, upkeep };
}
