import { z } from 'zod';
import { MalformedPayload, parseWith, readJson } from './codec.ts';
import { DeviceId } from './device-id.ts';
import { Batch, DeviceState, MAX_BATCH_BYTES } from './envelope.ts';
import { UpdateReport } from './update-status.ts';

/**
 * What a stick takes back from devices, beside the releases that it brought: one folder for each device with two files and the folder
 * `media`, in which each picture or clip that was not delivered has its SHA-256 as its name.
 * `journal.jsonl` has one batch in each line, byte for byte as it would have been published, oldest first in each stream;
 * what was not delivered is in it, and nothing is confirmed by writing it. `report.json` is written last: a folder
 * without it is not complete.
 */
export const CARRIED_FOLDER = 'from-devices';
export const CARRIED_JOURNAL = 'journal.jsonl';
export const CARRIED_REPORT = 'report.json';
export const CARRIED_MEDIA = 'media';

/** Most bytes of `report.json`. */
export const MAX_CARRIED_REPORT_BYTES = 128 * 1024;

const count = z.int().nonnegative();

/** Who has written the folder and what is in it. */
export const CarriedReport = z.object({
  v: z.literal(1),
  device: DeviceId,
  /** Wall time of the device, ms. */
  t: z.int(),
  /** What the device would have published as its birth: epoch, key and version among others. Not online. */
  state: DeviceState,
  /** Lines of the journal file, and the records in them. */
  batches: count,
  records: count,
  /** SHA-256 of the journal file, hex, and its bytes. */
  journal: z.object({ sha256: z.string().regex(/^[0-9a-f]{64}$/), bytes: count }),
  /** Records that did not fit: the device keeps them. */
  left: count,
  /** Pictures and clips beside the journal, and those that did not fit. Left out by a device of an earlier version. */
  media: z.object({ files: count, bytes: count, left: count }).optional(),
  /** Left out where the device takes no updates. */
  updates: UpdateReport.optional(),
});
export type CarriedReport = z.infer<typeof CarriedReport>;

/** The report as a stick holds it. Throws MalformedPayload. */
export function readCarriedReport(bytes: Uint8Array): CarriedReport {
  return parseWith(CarriedReport, readJson(bytes, MAX_CARRIED_REPORT_BYTES));
}

/**
 * One line of the journal file, as ingest takes it: the batch, and its JSON before the schema dropped what it does not know. Throws
 * MalformedPayload, also where the batch is of another device.
 */
export function readCarriedBatch(device: string, line: Uint8Array): { readonly batch: Batch; readonly raw: unknown } {
  const raw = readJson(line, MAX_BATCH_BYTES);
  const batch = parseWith(Batch, raw);
  if (batch.dev !== device) throw new MalformedPayload('schema', 'dev: a batch of another device');
  return { batch, raw };
}
