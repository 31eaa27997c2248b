import { randomBytes } from 'node:crypto';
import type { Clock, Logger } from '@lineside/kit';
import type { LineEvent } from '../domain/index.ts';
import { Acknowledgements, EventReader, EventTable, EventTableFill, JournalRecorder } from '../events/index.ts';
import { DiskReserve, EvidenceStore, EvidenceSweep, EvidenceWatch, evidenceFolder } from '../evidence/index.ts';
import {
  type DeviceKey,
  deviceKey,
  FileWatch,
  HeadSigner,
  Journal,
  JournalAlarms,
  JournalMaintenance,
  journalPath,
  type StreamQuotas,
  WalWatch,
} from '../journal/index.ts';
import { operationEntries } from './operation-entries.ts';
import { diskState } from './machine.ts';

export interface DataFolderOptions {
  /** The data folder. */
  readonly data: string;
  readonly device: string;
  readonly boot: string;
  readonly clock: Clock;
  readonly log: Logger;
  readonly journalQuotaBytes: number;
  /** Of single streams; what is left out has its usual fraction. */
  readonly streamQuotas?: Partial<StreamQuotas>;
  readonly evidenceQuotaBytes: number;
  /** Free bytes that are left on the disk; all may be used when left out. */
  readonly reserveBytes?: number;
  readonly keepDeliveredMs: number;
  /** Whether the wall clock follows a time server now. */
  readonly synced: () => boolean;
}

/** The parts of the store that a running line needs, joined. */
export interface DataFolder {
  readonly journal: Journal;
  readonly evidence: EvidenceStore;
  readonly recorder: JournalRecorder;
  /** Lists and shows the events, over the connection of the journal; not to be closed. */
  readonly events: EventReader;
  readonly eventTable: EventTable;
  readonly acknowledgements: Acknowledgements;
  /** To be run beside the line. */
  readonly maintenance: JournalMaintenance;
  readonly eventTableFill: EventTableFill;
  /** Ed25519 public key of this device (raw, base64url), with which the heads of its chains are signed. */
  readonly publicKey: string;
  /** Writes what still waits and lets the next writer in. */
  close(): void;
}

/** More than the WAL holds between checkpoints, which on a full disk must fit into the file first. */
const BALLAST_BYTES = 8 * 1024 * 1024;

const KEEP_ORPHANS_MS = 3_600_000;

/** Opens the data folder as its one writer. Throws JournalError as Journal.open does; end with `close()`. */
export function openDataFolder(options: DataFolderOptions): DataFolder {
  const { data, device, boot, clock, log, synced, keepDeliveredMs } = options;
  const quotaBytes = options.journalQuotaBytes;
  const system = { random: randomBytes, synced, ballastBytes: BALLAST_BYTES };
  const path = journalPath(data);
  const quotas = options.streamQuotas === undefined ? {} : { streamQuotas: options.streamQuotas };
  const alarms = new JournalAlarms(log, () => clock.wallMs());
  const journal = Journal.open({ path, device, boot, clock, log, quotaBytes, alarms, ...quotas, ...system });
  const signer = new HeadSigner({ journal, key: keyOf(journal, data), clock });
  const wal = new WalWatch(journal, path, alarms);
  const folder = evidenceFolder(data);
  const reserve = new DiskReserve(() => diskState(data), options.reserveBytes ?? 0);
  const evidence = new EvidenceStore({ journal, folder, quotaBytes: options.evidenceQuotaBytes, reserve, log });
  const sweep = new EvidenceSweep({ journal, evidence, clock, log, keepMs: KEEP_ORPHANS_MS });
  const also = (event: LineEvent) => operationEntries(event, clock);
  const recorder = new JournalRecorder({ journal, evidence, clock, log, alarms, also });
  const files = FileWatch.of({ path, epoch: journal.epoch, alarms, onReplaced: () => journal.reportReplaced() });
  const evidenceWatch = new EvidenceWatch(folder, alarms);
  const watches = [() => files.round(), () => evidenceWatch.round()];
  const further = [() => evidence.retain(), () => sweep.sweep()];
  const maintenance = new JournalMaintenance({
    journal,
    alarms,
    signer,
    wal,
    clock,
    log,
    keepDeliveredMs,
    further,
    watches,
  });
  const eventTable = EventTable.open(journal, log);
  const acknowledgements = Acknowledgements.open(journal, () => eventTable.progress.complete);
  const eventTableFill = new EventTableFill({ table: eventTable, clock, log });
  const events = new EventReader(journal.database);
  const close = (): void => {
    try {
      recorder.flush();
    } finally {
      journal.close();
    }
  };
  const { publicKey } = signer;
  return {
    ...{ journal, evidence, recorder, events, eventTable, acknowledgements, maintenance, eventTableFill },
    ...{ publicKey, close },
  };
}

function keyOf(journal: Journal, data: string): DeviceKey {
  try {
    return deviceKey(data);
  } catch (error) {
    journal.close();
    throw error;
  }
}
