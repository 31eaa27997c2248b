import { createHash } from 'node:crypto';
import type { MediaStore } from '../media/index.ts';
import type { BookFinding, DerivedSource } from './derived-source.ts';

/** Reads every picture that counts as stored, and compares its bytes with the hash that is its name. */
export async function verifyPictures(
  derived: DerivedSource,
  media: Pick<MediaStore, 'open'>,
): Promise<{ readonly checked: number; readonly findings: readonly BookFinding[] }> {
  const findings: BookFinding[] = [];
  let checked = 0;
  for (const { sha256, device, retired_ms: retiredMs } of await derived.rows('media')) {
    if (retiredMs !== null) continue;
    checked += 1;
    const found = await hashOf(media, sha256);
    if (found === sha256) continue;
    const what = found === undefined ? 'is stored no more' : 'was changed: its bytes have another hash';
    const common = { device, epoch: '', stream: 'media' as const, problem: 'picture' as const };
    findings.push({ ...common, first: 0, last: 0, message: `picture ${sha256} ${what}` });
  }
  return { checked, findings };
}

async function hashOf(media: Pick<MediaStore, 'open'>, sha256: string): Promise<string | undefined> {
  const stream = await media.open(sha256);
  if (stream === undefined) return undefined;
  const hash = createHash('sha256');
  for await (const chunk of stream) hash.update(chunk as Buffer);
  return hash.digest('hex');
}
