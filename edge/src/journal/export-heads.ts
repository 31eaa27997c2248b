import type { ExportedHeads } from '@lineside/protocol';
import { openForReading } from './database.ts';
import { journalError } from './errors.ts';
import { readMeta } from './meta.ts';
import { readSignatures } from './signatures.ts';

/** The valid signed heads of the journal at `path`, for comparison with a collector. Throws JournalError. */
export function exportHeads(path: string): ExportedHeads {
  const database = openForReading(path);
  try {
    const [device, epoch] = [readMeta(database, 'device') ?? '', readMeta(database, 'epoch') ?? ''];
    const { valid } = readSignatures(database, { device, epoch });
    return {
      v: 1,
      device,
      key: valid.at(-1)?.key ?? '',
      heads: valid.map(({ key, ends, signature }) => ({ epoch, key, ends, signature })),
    };
  } catch (error) {
    throw journalError(error, path, 'cannot export the signed heads of');
  } finally {
    database.close();
  }
}
