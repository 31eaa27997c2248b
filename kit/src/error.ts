/** When trying again can help. */
export type Retry = 'now' | 'later' | 'never';

export interface ErrorFacts<Code extends string = string> {
  /** Stable, snake_case, found in docs/errors.md. */
  readonly code: Code;
  /** What is wrong and where, without secrets. */
  readonly message: string;
  /** What to do; printed after `Try:`. */
  readonly advice: string;
  readonly retry?: Retry;
  readonly cause?: unknown;
}

/**
 * An error with a code and an advice: what modules throw to each other. A module with a fixed set of codes declares them:
 * `declare readonly code: Code`. The class itself has no type parameter, as `instanceof` would make it `any`.
 */
export class LinesideError extends Error {
  override readonly name: string = 'LinesideError';
  readonly code: string;
  readonly advice: string;
  readonly retry: Retry;

  constructor(facts: ErrorFacts) {
    super(facts.message, facts.cause === undefined ? undefined : { cause: facts.cause });
    this.code = facts.code;
    this.advice = facts.advice;
    this.retry = facts.retry ?? 'never';
  }
}

/** The message of anything thrown. */
export function messageOf(thrown: unknown): string {
  return thrown instanceof Error ? thrown.message : String(thrown);
}

/** The `code` that Node puts on system errors ("ENOENT"), or undefined. */
export function systemCode(thrown: unknown): string | undefined {
  if (typeof thrown !== 'object' || thrown === null || !('code' in thrown)) return undefined;
  return typeof thrown.code === 'string' ? thrown.code : undefined;
}

/** True for the rejection that an aborted signal causes. */
export function isAbort(thrown: unknown): boolean {
  return thrown instanceof Error && thrown.name === 'AbortError';
}
