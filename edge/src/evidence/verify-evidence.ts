import { systemCode } from '@lineside/kit';
import { openForReading } from '../journal/index.ts';
import { EvidenceError } from './errors.ts';
import { readEvidence } from './evidence-files.ts';

export interface EvidenceFinding {
  readonly sha256: string;
  readonly event: string;
  readonly what: 'picture_missing' | 'picture_changed' | 'picture_unreadable';
}

/** Reads every picture that the journal at `path` lists, and compares its bytes with the hash that is its name. */
export async function verifyEvidence(
  path: string,
  folder: string,
): Promise<{ readonly checked: number; readonly findings: readonly EvidenceFinding[] }> {
  const database = openForReading(path);
  try {
    const list = database.prepare<[], { sha256: string; event: string }>(
      'SELECT sha256, event FROM evidence ORDER BY number',
    );
    const isListed = database.prepare<[string], number>('SELECT 1 FROM evidence WHERE sha256 = ?').pluck();
    const findings: EvidenceFinding[] = [];
    const rows = list.all();
    for (const { sha256, event } of rows) {
      const what = await faultOf(folder, sha256);
      // A running service may have removed it meanwhile, to stay within its quota.
      if (what !== undefined && isListed.get(sha256) === 1) findings.push({ sha256, event, what });
    }
    return { checked: rows.length, findings };
  } finally {
    database.close();
  }
}

async function faultOf(folder: string, sha256: string): Promise<EvidenceFinding['what'] | undefined> {
  try {
    await readEvidence(folder, sha256);
    return undefined;
  } catch (error) {
    if (error instanceof EvidenceError)
      return error.code === 'evidence_missing' ? 'picture_missing' : 'picture_changed';
    if (systemCode(error) === undefined) throw error;
    return 'picture_unreadable';
  }
}
