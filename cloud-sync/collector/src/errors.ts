export interface CollectorErrorFacts {
  /** Stable, snake_case. */
  readonly code: string;
  /** What is wrong and where, without secrets. */
  readonly message: string;
  /** What to do; printed after `Try:`. */
  readonly advice: string;
  readonly cause?: unknown;
}

/** An error with a code and an advice: what the collector shows to people. */
export class CollectorError extends Error {
  override readonly name: string = 'CollectorError';
  readonly code: string;
  readonly advice: string;

  constructor(facts: CollectorErrorFacts) {
    super(facts.message, facts.cause === undefined ? undefined : { cause: facts.cause });
    this.code = facts.code;
    this.advice = facts.advice;
  }
}

/** The configuration or the command line is wrong; exit code 2. */
export class UsageError extends CollectorError {
  override readonly name = 'UsageError';
}

/** The message of anything thrown. */
export function messageOf(thrown: unknown): string {
  return thrown instanceof Error ? thrown.message : String(thrown);
}

/** The `code` that Node and SQLite put on errors ("ENOENT", "SQLITE_FULL"), or undefined. */
export function systemCode(thrown: unknown): string | undefined {
  if (typeof thrown !== 'object' || thrown === null || !('code' in thrown)) return undefined;
  return typeof thrown.code === 'string' ? thrown.code : undefined;
}

/** True for the rejection that an aborted signal causes. */
export function isAbort(thrown: unknown): boolean {
  return thrown instanceof Error && thrown.name === 'AbortError';
}
