import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { readdir, readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { type Clock, type Logger, messageOf, systemCode } from '@lineside/kit';
import {
  type Ack,
  CARRIED_FOLDER,
  CARRIED_JOURNAL,
  CARRIED_MEDIA,
  CARRIED_REPORT,
  type CarriedReport,
  type DeviceState,
  MalformedPayload,
  MAX_BATCH_BYTES,
  MAX_CARRIED_REPORT_BYTES,
  readCarriedBatch,
  readCarriedReport,
  type Reported,
} from '@lineside/protocol';
import type { DeviceStore } from '../devices/index.ts';
import type { MediaIngest } from '../media/index.ts';
import { importMedia, type ImportedPictures, NO_PICTURES } from './import-media.ts';
import { type BatchOutcome, type BatchStore, Ingest, type IngestCounters } from '../ingest/index.ts';

/** What was taken from one folder of the stick. */
export interface ImportedDevice {
  readonly device: string;
  /** Why nothing of it was taken; all else is 0 then. */
  readonly refused?: string;
  readonly batches: number;
  readonly records: number;
  /** Records that were stored already, for instance because they came by wire in the meantime. */
  readonly known: number;
  /** Records that arrived again with changes, and links of hash chains that do not match: somebody must look at them. */
  readonly conflicts: number;
  readonly breaks: number;
  /** Batches that were not taken, by reason. */
  readonly notTaken: Readonly<Record<string, number>>;
  /** Records that did not fit on the stick: the device keeps them. */
  readonly left: number;
  /** Snapshots and clips. */
  readonly pictures: ImportedPictures & { readonly left: number };
}

export interface KnownDevice {
  readonly birth: DeviceState | undefined;
  readonly reported: Reported | null;
}

export interface CarriedOptions {
  readonly batches: BatchStore;
  readonly devices: DeviceStore;
  /** A device that has a credential here; undefined for any other. */
  readonly known: (device: string) => Promise<KnownDevice | undefined>;
  readonly media: Pick<MediaIngest, 'known' | 'receive'>;
  readonly clock: Clock;
  readonly log: Logger;
}

const NEWLINE = 10;
const NOTHING = {
  ...{ batches: 0, records: 0, known: 0, conflicts: 0, breaks: 0, notTaken: {}, left: 0 },
  pictures: { ...NO_PICTURES, left: 0 },
} as const;

/**
 * Commits what the folder of a stick holds, device by device, by way of the same ingest as records from the broker: hash
 * chains are checked, what is stored already is counted and changes nothing, so that it may be imported twice. Pictures follow. A device is
 * taken only where it has a credential here and, once its key is known, reports with the same key. Throws where the folder
 * cannot be read.
 */
export async function importCarried(folder: string, options: CarriedOptions): Promise<readonly ImportedDevice[]> {
  const root = (await isFolder(join(folder, CARRIED_FOLDER))) ? join(folder, CARRIED_FOLDER) : folder;
  const entries = await readdir(root, { withFileTypes: true });
  const imported: ImportedDevice[] = [];
  for (const entry of entries.filter((one) => one.isDirectory()).sort((a, b) => (a.name < b.name ? -1 : 1))) {
    imported.push(await importDevice(join(root, entry.name), entry.name, options));
  }
  return imported;
}

async function importDevice(folder: string, name: string, options: CarriedOptions): Promise<ImportedDevice> {
  const { devices, known, clock, media } = options;
  try {
    const report = await readReport(join(folder, CARRIED_REPORT));
    const { device, state, journal, left, t, updates } = report;
    const before = await known(device);
    if (before === undefined) return refused(device, 'it has no credential here');
    if (before.birth?.key !== undefined && before.birth.key !== state.key) {
      return refused(device, 'it reports with another key than this device');
    }
    await assertWhole(join(folder, CARRIED_JOURNAL), journal);
    const counts = await commitJournal(join(folder, CARRIED_JOURNAL), device, options);
    // Only what is newer than what came by wire.
    if (before.birth === undefined || before.birth.t < state.t) {
      await devices.saveBirth(device, { ...state, online: true }, clock.wallMs());
    }
    if (updates !== undefined && (before.reported?.t ?? 0) < t) {
      const last: Reported = before.reported ?? { v: 1, t, queue: {}, pictures: 0, drainPerS: 0 };
      await devices.saveReported(device, JSON.stringify({ ...last, t, updates }), clock.wallMs());
    }
    const pictures = await importMedia(join(folder, CARRIED_MEDIA), device, media);
    return { device, ...counts, left, pictures: { ...pictures, left: report.media?.left ?? 0 } };
  } catch (error) {
    if (error instanceof Refused) return refused(name, error.message);
    throw error;
  }
}

class Refused extends Error {}

function refused(device: string, why: string): ImportedDevice {
  return { device, refused: why, ...NOTHING };
}

async function readReport(path: string): Promise<CarriedReport> {
  try {
    const { size } = await stat(path);
    if (size > MAX_CARRIED_REPORT_BYTES) throw new Refused(`${CARRIED_REPORT} is too long`);
    return readCarriedReport(await readFile(path));
  } catch (error) {
    if (error instanceof MalformedPayload) throw new Refused(`${CARRIED_REPORT}: ${error.message}`);
    if (systemCode(error) === 'ENOENT') throw new Refused(`it has no ${CARRIED_REPORT}: writing was interrupted`);
    throw error;
  }
}

/** A stick that was pulled out, or a file that was changed, is noticed before anything is stored. */
async function assertWhole(path: string, { sha256, bytes }: CarriedReport['journal']): Promise<void> {
  const hash = createHash('sha256');
  let size = 0;
  try {
    for await (const part of createReadStream(path) as AsyncIterable<Buffer>) {
      hash.update(part);
      size += part.byteLength;
    }
  } catch (error) {
    if (systemCode(error) === 'ENOENT' && bytes === 0) return;
    throw new Refused(`${CARRIED_JOURNAL} cannot be read: ${messageOf(error)}`);
  }
  if (size !== bytes || (bytes > 0 && hash.digest('hex') !== sha256)) {
    throw new Refused(`${CARRIED_JOURNAL} is not what its report says: the copy is damaged`);
  }
}

async function commitJournal(
  path: string,
  device: string,
  { batches: store, clock, log }: CarriedOptions,
): Promise<Omit<ImportedDevice, 'device' | 'left' | 'refused' | 'pictures'>> {
  const counters = new Counters();
  let problem: unknown;
  const noting: BatchStore = {
    commit: (batches, atMs) =>
      store.commit(batches, atMs).catch((error: unknown) => {
        problem = error;
        throw error;
      }),
    ping: () => store.ping(),
  };
  const ingest = new Ingest({ store: noting, clock, log, counters });
  const stop = new AbortController();
  const acks: Ack[] = [];
  const running = ingest
    .service({
      acknowledge: (_device, ack) => void acks.push(ack),
      withdraw: () => stop.abort(new Error('the store does not answer')),
      resume: () => undefined,
    })
    .run(stop.signal);
  let batches = 0;
  try {
    for await (const line of linesOf(createReadStream(path))) {
      batches += 1;
      try {
        const { batch, raw } = readCarriedBatch(device, line);
        // Where the store does not answer, the service ends and there is never space again.
        const space = ingest.offer({ device, stream: batch.stream }, batch, { raw, bytes: line.byteLength });
        if (space !== undefined) await Promise.race([space, running]);
        if (stop.signal.aborted) break;
      } catch (error) {
        if (!(error instanceof MalformedPayload)) throw error;
        ingest.refuse({ kind: 'up', reason: error.reason, device, detail: error.message });
      }
    }
  } catch (error) {
    if (systemCode(error) !== 'ENOENT') throw error;
  } finally {
    // What is queued is committed before the service ends.
    stop.abort();
    await running;
  }
  if (counters.failures > 0)
    throw new Refused(`the store did not take all of it (${messageOf(problem)}): import it again`);
  const { records, known, conflicts, breaks, notTaken } = counters;
  return { batches, records, known, conflicts, breaks, notTaken };
}

/** Lines without their ends. Throws Refused for one that is longer than any batch. */
async function* linesOf(stream: AsyncIterable<Buffer>): AsyncGenerator<Buffer> {
  let rest = Buffer.alloc(0);
  for await (const part of stream) {
    let from = 0;
    for (let end = part.indexOf(NEWLINE); end >= 0; end = part.indexOf(NEWLINE, from)) {
      const line = Buffer.concat([rest, part.subarray(from, end)]);
      if (line.length > 0) yield line;
      rest = Buffer.alloc(0);
      from = end + 1;
    }
    rest = Buffer.concat([rest, part.subarray(from)]);
    if (rest.length > MAX_BATCH_BYTES) throw new Refused(`${CARRIED_JOURNAL} has a line that is longer than any batch`);
  }
  if (rest.length > 0) yield rest;
}

/** Counts of one import. */
class Counters implements IngestCounters {
  records = 0;
  known = 0;
  conflicts = 0;
  breaks = 0;
  failures = 0;
  readonly notTaken: Record<string, number> = {};

  batch({ inserted, duplicates, conflicts, breaks }: BatchOutcome): void {
    this.records += inserted;
    this.known += duplicates;
    this.conflicts += conflicts;
    this.breaks += breaks;
  }

  refused(_kind: unknown, reason: string): void {
    this.notTaken[reason] = (this.notTaken[reason] ?? 0) + 1;
  }

  commitFailed(): void {
    this.failures += 1;
  }

  unread(): void {
    return undefined;
  }

  received(): void {
    return undefined;
  }

  commit(): void {
    return undefined;
  }

  latency(): void {
    return undefined;
  }
}

async function isFolder(path: string): Promise<boolean> {
  return (await stat(path).catch(() => undefined))?.isDirectory() === true;
}
