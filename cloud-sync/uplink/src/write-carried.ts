import { createHash } from 'node:crypto';
import { mkdir, open, readdir, rm, statfs } from 'node:fs/promises';
import { join } from 'node:path';
import { syncFolder, writeFileAtomic } from '@lineside/kit';
import {
  CARRIED_FOLDER,
  CARRIED_JOURNAL,
  CARRIED_MEDIA,
  CARRIED_REPORT,
  type CarriedReport,
  MAX_BATCH_BYTES,
  MAX_BATCH_RECORDS,
  STREAMS,
  type Stream,
  type UpdateReport,
} from '@lineside/protocol';
import { type CarriedMedia, carryMedia } from './carry-media.ts';
import { batchText, type MediaOutbox, type Outbox } from './ports/index.ts';
import { deviceState, type StateFacts } from './presence.ts';

export interface CarriedFacts extends StateFacts {
  readonly updates?: UpdateReport | undefined;
  /** Pictures and clips that the collector lacks; none where left out. */
  readonly media?: MediaOutbox;
  /** Bytes that are free in a folder; asked of the file system where left out. */
  readonly free?: (folder: string) => Promise<number>;
}

export interface CarriedResult {
  /** The folder of this device. */
  readonly folder: string;
  readonly records: number;
  /** Records that did not fit. */
  readonly left: number;
  readonly media: CarriedMedia;
}

/** Bytes of a batch that are not its records. */
const ENVELOPE_BYTES = 1024;
/** Stays free on the medium. */
const RESERVE_BYTES = 4 * 1024 * 1024;

/** For the pictures; the journal has gone before them. */
const MEDIA_MS = 900_000;
const NO_MEDIA: CarriedMedia = { files: 0, bytes: 0, left: 0 };

/**
 * Writes what the collector has not confirmed into `from-devices/DEVICE` of `to`, as it would have been published, the pictures that it
 * lacks, and a report about both. Nothing is confirmed by that: the device keeps all of it until the collector says that it has it. Records
 * go before pictures, which make way for them; the report is written last, so that what is torn is not taken for complete. Throws errors
 * of the file system.
 */
export async function writeCarried(facts: CarriedFacts, to: string, signal: AbortSignal): Promise<CarriedResult> {
  const { outbox, clock, updates, media, free = freeBytes } = facts;
  const folder = join(to, CARRIED_FOLDER, outbox.device);
  const mediaFolder = join(folder, CARRIED_MEDIA);
  await mkdir(folder, { recursive: true });
  await rm(join(folder, CARRIED_REPORT), { force: true });
  let written = await writeJournal(outbox, folder, free, signal);
  if (written.left > 0 && (await removeAll(mediaFolder))) written = await writeJournal(outbox, folder, free, signal);
  const until = AbortSignal.any([signal, AbortSignal.timeout(MEDIA_MS)]);
  const carried = media === undefined ? NO_MEDIA : await carryMedia(media, mediaFolder, () => free(folder), until);
  const { batches, records, left, journal } = written;
  const report: CarriedReport = {
    ...{ v: 1, device: outbox.device, t: Math.round(clock.wallMs()) },
    state: deviceState(facts, 'carried', false),
    ...{ batches, records, left, journal },
    ...(media === undefined ? {} : { media: carried }),
    ...(updates === undefined ? {} : { updates }),
  };
  await writeFileAtomic(join(folder, CARRIED_REPORT), `${JSON.stringify(report, undefined, 1)}\n`);
  await syncFolder(folder);
  return { folder, records, left, media: carried };
}

async function freeBytes(folder: string): Promise<number> {
  const { bavail, bsize } = await statfs(folder);
  return bavail * bsize;
}

/** Whether there was anything. */
async function removeAll(folder: string): Promise<boolean> {
  const names = await readdir(folder).catch(() => []);
  for (const name of names) await rm(join(folder, name), { force: true });
  return names.length > 0;
}

type WrittenJournal = Pick<CarriedReport, 'batches' | 'records' | 'left' | 'journal'>;

async function writeJournal(
  outbox: Outbox,
  folder: string,
  free: (folder: string) => Promise<number>,
  signal: AbortSignal,
): Promise<WrittenJournal> {
  const file = await open(join(folder, CARRIED_JOURNAL), 'w');
  const hash = createHash('sha256');
  const written = { batches: 0, records: 0, left: 0 };
  let bytes = 0;
  try {
    const most = Math.max(0, (await free(folder)) - RESERVE_BYTES);
    for (const stream of STREAMS) {
      let isFull = false;
      for (const { text, records } of undelivered(outbox, stream)) {
        signal.throwIfAborted();
        const line = Buffer.from(`${text}\n`);
        isFull ||= bytes + line.length > most;
        if (isFull) {
          written.left += records;
          continue;
        }
        await file.write(line);
        hash.update(line);
        written.batches += 1;
        written.records += records;
        bytes += line.length;
      }
    }
    await file.sync();
  } finally {
    await file.close();
  }
  return { ...written, journal: { sha256: hash.digest('hex'), bytes } };
}

/** Batches of a stream beyond what the collector has confirmed, as they stand in the journal now. */
function* undelivered(outbox: Outbox, stream: Stream): Generator<{ readonly text: string; readonly records: number }> {
  const { acked, next } = outbox.stats()[stream];
  let from = acked + 1;
  while (from < next) {
    const batch = outbox.read(stream, from, MAX_BATCH_RECORDS, MAX_BATCH_BYTES - ENVELOPE_BYTES);
    if (batch === undefined || batch.from >= next) return;
    yield { text: batchText(outbox, stream, batch), records: batch.records.length };
    from = batch.to + 1;
  }
}
