import { randomBytes } from 'node:crypto';
import { join } from 'node:path';
import type { Clock, Logger } from '@lineside/kit';
import { clockIsSynchronised } from './clock-source.ts';
import { type DeviceKey, deviceKey } from './device-key.ts';
import { EvidenceStore } from './evidence.ts';
import { EvidenceSweep } from './evidence-sweep.ts';
import { HeadSigner } from './head-signer.ts';
import { Journal } from './journal.ts';
import { JournalRecorder } from './recorder.ts';
import type { StreamQuotas } from './stream-quota.ts';
import { StoreUpkeep } from './upkeep.ts';
import { WalWatch } from './wal-watch.ts';

export interface StoreOptions {
  /** The data folder. */
  readonly data: string;
  readonly device: string;
  readonly boot: string;
  readonly clock: Clock;
  readonly log: Logger;
  readonly journalQuotaBytes: number;
  /** Of single streams; what is left out takes its usual share. */
  readonly streamQuotas?: Partial<StreamQuotas>;
  readonly evidenceQuotaBytes: number;
  readonly keepDeliveredMs: number;
  /** Whether the wall clock follows a time server now; left out, only systemd-timesyncd is believed. */
  readonly synced?: () => boolean;
}

/** The parts of the store that a running line needs, joined. */
export interface Store {
  readonly journal: Journal;
  readonly evidence: EvidenceStore;
  readonly recorder: JournalRecorder;
  /** To be run beside the line. */
  readonly upkeep: StoreUpkeep;
  /** Ed25519 public key of this box (raw, base64url), with which the heads of its chains are signed. */
  readonly publicKey: string;
}

/** More than the WAL holds between checkpoints, which on a full disk must fit into the file first. */
const BALLAST_BYTES = 8 * 1024 * 1024;

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
  const synced = options.synced ?? clockIsSynchronised;
  const system = { random: randomBytes, synced, ballastBytes: BALLAST_BYTES };
  const path = journalPath(data);
  const quotas = options.streamQuotas === undefined ? {} : { streamQuotas: options.streamQuotas };
  const journal = Journal.open({ path, device, boot, clock, log, quotaBytes, ...quotas, ...system });
  const signer = new HeadSigner({ journal, key: keyOf(journal, data), clock });
  const wal = new WalWatch(journal, path);
  const folder = evidenceFolder(data);
  const evidence = new EvidenceStore({ journal, folder, quotaBytes: options.evidenceQuotaBytes, log });
  const sweep = new EvidenceSweep({ journal, evidence, clock, log, keepMs: KEEP_ORPHANS_MS });
  const recorder = new JournalRecorder({ journal, evidence, clock, log });
  const upkeep = new StoreUpkeep({ journal, evidence, sweep, signer, wal, clock, log, keepDeliveredMs });
  return { journal, evidence, recorder, upkeep, publicKey: signer.publicKey };
}

function keyOf(journal: Journal, data: string): DeviceKey {
  try {
    return deviceKey(data);
  } catch (error) {
    journal.close();
    throw error;
  }
}
