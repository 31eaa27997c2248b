import { z } from 'zod';

const Text = z.object({ message: z.string(), advice: z.string() });
const Table = z.record(z.string(), z.object({ ru: Text.optional() }));

/** Findings of the device by their code, in Russian. */
export type FindingTexts = Readonly<Record<string, z.infer<typeof Text> | undefined>>;

/** The tables of the status page: one place for the texts of both. The same step up from `src/alerts` and `dist/alerts`. */
const FINDINGS = new URL('../../page/finding-texts.js', import.meta.url);
const ERRORS = new URL('../../page/error-texts.js', import.meta.url);

/** Reads the texts; rejects where the page's files are damaged. */
export async function readFindingTexts(): Promise<FindingTexts> {
  const loaded: unknown = await import(FINDINGS.href);
  return inRussian(z.object({ FINDING_TEXTS: Table }).parse(loaded).FINDING_TEXTS);
}

/** The same of errors; those of a camera's stream begin with `stream_`. */
export async function readErrorTexts(): Promise<FindingTexts> {
  const loaded: unknown = await import(ERRORS.href);
  return inRussian(z.object({ ERROR_TEXTS: Table }).parse(loaded).ERROR_TEXTS);
}

function inRussian(table: z.infer<typeof Table>): FindingTexts {
  return Object.fromEntries(Object.entries(table).map(([code, { ru }]) => [code, ru]));
}
