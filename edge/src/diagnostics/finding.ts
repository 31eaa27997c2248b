import { CHECKS, type CheckName, type FindingCode, textOf } from './table/index.ts';

export type Verdict = 'ok' | 'warning' | 'failure' | 'skipped';

export type FindingArgs = Readonly<Record<string, string | number>>;

/** A finding of a check; `advice` and `meaning` are empty where all is well. */
export interface CheckFinding {
  /** Stable, snake_case, of this kind of finding: `camera_auth`. */
  readonly code: string;
  readonly check: CheckName;
  readonly verdict: Verdict;
  /** Which camera, model or file, when there are several. */
  readonly subject?: string;
  readonly message: string;
  /** The consequence for the line. */
  readonly meaning: string;
  readonly advice: string;
  /** Names and figures of the message, for texts in other languages. */
  readonly args?: FindingArgs;
  /** What `--fix` may do about it. */
  readonly fix?: Fix;
}

/** A change that is safe to make: nothing is lost, and nobody but the doctor waited for it. */
export type Fix =
  | { readonly action: 'restrict_file'; readonly path: string }
  | { readonly action: 'follow_time_server' };

interface Facts {
  readonly subject?: string | undefined;
  /** Instead of the table's, where the case allows more precise advice. */
  readonly advice?: string;
  readonly meaning?: string;
  readonly args?: FindingArgs;
  readonly fix?: Fix;
}

export function ok(check: CheckName, message: string, subject?: string, args?: FindingArgs): CheckFinding {
  const more = args === undefined ? {} : { args };
  return { code: `${check}_ok`, check, verdict: 'ok', ...named(subject), message, meaning: '', advice: '', ...more };
}

/** A finding of the table. */
export function found(code: FindingCode, message: string, { subject, fix, ...facts }: Facts = {}): CheckFinding {
  const { check, verdict, meaning, advice } = textOf(code);
  return { code, check, verdict, ...named(subject), message, meaning, advice, ...facts, ...(fix && { fix }) };
}

/** A finding with the code, message and advice of another module's error. */
export function derived(
  check: CheckName,
  error: { readonly code: string; readonly message: string; readonly advice: string },
  { subject, verdict = 'failure', ...facts }: Facts & { readonly verdict?: 'warning' | 'failure' } = {},
): CheckFinding {
  const meaning = CHECKS[check].families?.[0]?.meaning ?? '';
  const { code, message, advice } = error;
  return { code, check, verdict, ...named(subject), message, meaning, advice, ...facts };
}

/** What could not be checked, because something before it failed. */
export function skipped(check: CheckName, why: string, subject?: string): CheckFinding {
  return {
    ...{ code: `${check}_skipped`, check, verdict: 'skipped', ...named(subject), message: why },
    ...{ meaning: 'whether this is in order is not known', advice: 'clear the failure above first' },
  };
}

function named(subject: string | undefined): { subject?: string } {
  return subject === undefined ? {} : { subject };
}
