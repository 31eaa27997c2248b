import { createReadStream } from 'node:fs';
import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { systemCode } from '@lineside/kit';
import { HashMismatch, type MediaIngest, TooManyBytes } from '../media/index.ts';

/** Most pictures that are taken from one device's folder; the next import takes more. */
const MOST = 100_000;
const NAME = /^[0-9a-f]{64}$/;

export interface ImportedPictures {
  readonly stored: number;
  /** Those that were here already, for instance because they came by wire in the meantime. */
  readonly known: number;
  /** Those whose bytes are not what their name says, or that are larger than the collector takes. */
  readonly damaged: number;
}

export const NO_PICTURES: ImportedPictures = { stored: 0, known: 0, damaged: 0 };

/**
 * Stores the pictures and clips of a device's folder on a stick as those that come by wire: hashed, bounded, durable. It may be interrupted
 * and repeated. Files with other names are not looked at. Throws errors of the file system and of the store.
 */
export async function importMedia(
  folder: string,
  device: string,
  ingest: Pick<MediaIngest, 'known' | 'receive'>,
): Promise<ImportedPictures> {
  const done = { stored: 0, known: 0, damaged: 0 };
  for (const name of await namesIn(folder)) {
    if ((await ingest.known(name)) !== undefined) {
      done.known += 1;
      continue;
    }
    try {
      await ingest.receive(device, name, createReadStream(join(folder, name)));
      done.stored += 1;
    } catch (error) {
      const isDamaged = error instanceof HashMismatch || error instanceof TooManyBytes || systemCode(error) === 'EIO';
      if (!isDamaged) throw error;
      done.damaged += 1;
    }
  }
  return done;
}

async function namesIn(folder: string): Promise<readonly string[]> {
  try {
    const entries = await readdir(folder, { withFileTypes: true });
    return entries.flatMap((one) => (one.isFile() && NAME.test(one.name) ? [one.name] : [])).slice(0, MOST);
  } catch (error) {
    if (systemCode(error) === 'ENOENT') return [];
    throw error;
  }
}
