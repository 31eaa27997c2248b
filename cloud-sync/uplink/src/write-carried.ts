import { createHash } from 'node:crypto';
import { mkdir, open, rm, statfs } from 'node:fs/promises';
import { join } from 'node:path';
import { syncFolder, writeFileAtomic } from '@lineside/kit';
import {
  CARRIED_FOLDER,
  CARRIED_JOURNAL,
  CARRIED_REPORT,
  type CarriedReport,
  MAX_BATCH_BYTES,
  MAX_BATCH_RECORDS,
  STREAMS,
  type Stream,
  type UpdateReport,
} from '@lineside/protocol';
import { batchText, type Outbox } from './ports/index.ts';
import { deviceState, type StateFacts } from './presence.ts';

export interface CarriedFacts extends StateFacts {
  readonly updates?: UpdateReport | undefined;
}

export interface CarriedResult {
  /** The folder of this device. */
  readonly folder: string;
  readonly records: number;
  /** Records that did not fit. */
  readonly left: number;
}

/** Bytes of a batch that are not its records. */
const ENVELOPE_BYTES = 1024;
/** Stays free on the medium. */
const RESERVE_BYTES = 4 * 1024 * 1024;

/**
 * Writes what the collector has not confirmed into `from-devices/DEVICE` of `to`, as it would have been published, and a report
 * about it. Nothing is confirmed by that: the device keeps its records until the collector says that it has them. The report
 * is written last, so that what is torn is not taken for complete. Throws errors of the file system.
 */
export async function writeCarried(facts: CarriedFacts, to: string, signal: AbortSignal): Promise<CarriedResult> {
  const { outbox, clock, updates } = facts;
  const folder = join(to, CARRIED_FOLDER, outbox.device);
  await mkdir(folder, { recursive: true });
  await rm(join(folder, CARRIED_REPORT), { force: true });
  const file = await open(join(folder, CARRIED_JOURNAL), 'w');
  const hash = createHash('sha256');
  const written = { batches: 0, records: 0, bytes: 0, left: 0 };
  try {
    const { bavail, bsize } = await statfs(folder);
    const most = Math.max(0, bavail * bsize - RESERVE_BYTES);
    for (const stream of STREAMS) {
      let isFull = false;
      for (const { text, records } of undelivered(outbox, stream)) {
        signal.throwIfAborted();
        const line = Buffer.from(`${text}\n`);
        isFull ||= written.bytes + line.length > most;
        if (isFull) {
          written.left += records;
          continue;
        }
        await file.write(line);
        hash.update(line);
        written.batches += 1;
        written.records += records;
        written.bytes += line.length;
      }
    }
    await file.sync();
  } finally {
    await file.close();
  }
  const report: CarriedReport = {
    ...{ v: 1, device: outbox.device, t: Math.round(clock.wallMs()) },
    state: deviceState(facts, 'carried', false),
    ...{ batches: written.batches, records: written.records, left: written.left },
    journal: { sha256: hash.digest('hex'), bytes: written.bytes },
    ...(updates === undefined ? {} : { updates }),
  };
  await writeFileAtomic(join(folder, CARRIED_REPORT), `${JSON.stringify(report, undefined, 1)}\n`);
  await syncFolder(folder);
  return { folder, records: written.records, left: written.left };
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
