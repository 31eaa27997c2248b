import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { systemCode } from '@lineside/kit';
import { EvidenceError } from './errors.ts';

/** SHA-256 as 64 hex digits. */
export function sha256Of(bytes: Uint8Array): string {
  return createHash('sha256').update(bytes).digest('hex');
}

/** Folder of the evidence files in a data folder. */
export function evidenceFolder(data: string): string {
  return join(data, 'evidence');
}

/** Path of the file with that hash: `FOLDER/ab/<sha256>.jpg`. */
export function evidencePath(folder: string, sha256: string): string {
  return join(folder, sha256.slice(0, 2), `${sha256}.jpg`);
}

/**
 * The bytes of a snapshot, hashed again. Throws `evidence_missing`, and `evidence_damaged` where the bytes are not those
 * that were written.
 */
export async function readEvidence(folder: string, sha256: string): Promise<Buffer> {
  const path = evidencePath(folder, sha256);
  let bytes: Buffer;
  try {
    bytes = await readFile(path);
  } catch (error) {
    if (systemCode(error) !== 'ENOENT') throw error;
    throw new EvidenceError({
      code: 'evidence_missing',
      message: `the snapshot ${sha256} is not on this device any more`,
      advice: 'look for it at the collector; audit records say what was removed and why',
      cause: error,
    });
  }
  if (sha256Of(bytes) === sha256) return bytes;
  throw new EvidenceError({
    code: 'evidence_damaged',
    message: `the snapshot ${path} is not what was written`,
    advice: 'check the disk (smartctl, dmesg); the event itself is kept in the journal',
  });
}
