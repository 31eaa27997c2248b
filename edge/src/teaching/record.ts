import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { systemCode } from '@lineside/kit';
import { z } from 'zod';

/** What was measured when a model was taught, beside its manifest: scores in MADs, so that a limit can be judged later. */
export const TaughtRecord = z.object({
  schema: z.literal(1),
  /** Scores of good pieces by a memory that had not seen them. */
  good: z.array(z.number()),
  bad: z.array(z.number()),
  /** Raw scores: median of the good ones, and one MAD. */
  centre: z.number(),
  mad: z.number().positive(),
  struck: z.array(z.int()),
  source: z.string(),
  extractorSha256: z.string(),
});
export type TaughtRecord = z.infer<typeof TaughtRecord>;

export const RECORD_FILE = 'teaching.json';

/** Undefined where the bundle was not taught here. */
export async function readRecord(dir: string): Promise<TaughtRecord | undefined> {
  try {
    return TaughtRecord.parse(JSON.parse(await readFile(join(dir, RECORD_FILE), 'utf8')));
  } catch (error) {
    if (systemCode(error) === 'ENOENT' || systemCode(error) === 'ENOTDIR') return undefined;
    throw error;
  }
}
