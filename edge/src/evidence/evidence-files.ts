import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
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

/** What evidence there is of an event: pictures, and short videos. */
export type EvidenceKind = 'snapshot' | 'clip';

export const EVIDENCE_FORMATS = {
  snapshot: { ending: 'jpg', mime: 'image/jpeg' },
  clip: { ending: 'mp4', mime: 'video/mp4' },
} as const satisfies Readonly<Record<EvidenceKind, { readonly ending: string; readonly mime: string }>>;

/** Path of a file with that hash: `FOLDER/ab/<sha256>.jpg`, or `.mp4` for a clip. */
export function evidencePath(folder: string, sha256: string, kind: EvidenceKind = 'snapshot'): string {
  return join(folder, sha256.slice(0, 2), `${sha256}.${EVIDENCE_FORMATS[kind].ending}`);
}

/** Path of the file that is there, whichever kind it is; that of a snapshot where there is none. */
export function locateEvidence(folder: string, sha256: string): string {
  const clip = evidencePath(folder, sha256, 'clip');
  const snapshot = evidencePath(folder, sha256);
  return !existsSync(snapshot) && existsSync(clip) ? clip : snapshot;
}

/**
 * The bytes of a snapshot or clip, hashed again. Throws `evidence_missing`, and `evidence_damaged` where the bytes are not those
 * that were written.
 */
export async function readEvidence(folder: string, sha256: string): Promise<Buffer> {
  const path = locateEvidence(folder, sha256);
  let bytes: Buffer;
  try {
    bytes = await readFile(path);
  } catch (error) {
    if (systemCode(error) !== 'ENOENT') throw error;
    throw new EvidenceError({
      code: 'evidence_missing',
      message: `the evidence ${sha256} is not on this device any more`,
      advice: 'look for it at the collector; audit records say what was removed and why',
      cause: error,
    });
  }
  if (sha256Of(bytes) === sha256) return bytes;
  throw new EvidenceError({
    code: 'evidence_damaged',
    message: `the evidence ${path} is not what was written`,
    advice: 'check the disk (smartctl, dmesg); the event itself is kept in the journal',
  });
}
