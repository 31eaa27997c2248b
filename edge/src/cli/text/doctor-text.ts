import { printableLines, redactUrls } from '@lineside/kit';
import type { CheckResult, FixReport } from '../../diagnostics/index.ts';

type Verdict = CheckResult['verdict'];
/** Colours of a terminal: ECMA-48, SGR. */
const COLOURS: Readonly<Record<Verdict, string>> = { ok: '32', warning: '33', failure: '31;1', skipped: '2' };

/** A finding for people. `coloured`: the verdict has its colour; everything else is made printable. */
export function findingText(result: CheckResult, coloured: boolean): string {
  const { verdict, check, subject, message, meaning, advice, code, tookMs } = withoutSecrets(result);
  const name = subject === undefined ? check : `${check} ${subject}`;
  const word = verdict.padEnd(8);
  const head = `${name.padEnd(18)} ${message.replaceAll('\n', '\n    ')}`;
  const means = meaning === '' ? '' : `\n         means: ${meaning}`;
  const rest =
    verdict === 'ok' ? `${head} (${tookMs} ms)` : `${head} [${code}, ${tookMs} ms]${means}\n         do: ${advice}`;
  return `${coloured ? `\u001b[${COLOURS[verdict]}m${word}\u001b[0m` : word} ${printableLines(rest)}`;
}

/** How many findings there are of each verdict. */
export function countOf(results: readonly CheckResult[]): Record<Verdict, number> {
  const counts = { ok: 0, warning: 0, failure: 0, skipped: 0 };
  for (const { verdict } of results) counts[verdict] += 1;
  return counts;
}

/** The last line of a report. */
export function summaryText(counts: Readonly<Record<Verdict, number>>, tookMs: number): string {
  const many = (count: number, what: string): string => `${count} ${what}${count === 1 ? '' : 's'}`;
  const skippedText = `${counts.skipped} skipped`;
  return `${counts.ok} ok, ${many(counts.warning, 'warning')}, ${many(counts.failure, 'failure')}, ${skippedText} in ${(tookMs / 1000).toFixed(1)} s`;
}

export function fixText({ done, text }: FixReport): string {
  return `${(done ? 'fixed' : 'left').padEnd(8)} ${text}`;
}

/** Messages of programs may quote URLs. */
export function withoutSecrets(result: CheckResult): CheckResult {
  return { ...result, message: redactUrls(result.message) };
}
