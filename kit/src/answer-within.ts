export interface AnswerLimits {
  readonly withinMs: number;
  /** What it rejects with after that. */
  readonly late: () => Error;
  /** Aborts, with the reason to reject with, when no answer can come any more. */
  readonly ended: AbortSignal;
}

/**
 * Settles as the answer does; rejects when it comes too late, or when none can come any more. To be used instead of a race with a
 * promise that settles when a connection ends: such a promise keeps something of every race as long as the connection lives.
 */
export async function answerWithin<T>(answer: Promise<T>, { withinMs, late, ended }: AnswerLimits): Promise<T> {
  const { promise: failed, reject } = Promise.withResolvers<never>();
  const stop = (): void => reject(ended.reason);
  if (ended.aborted) stop();
  else ended.addEventListener('abort', stop, { once: true });
  const timer = setTimeout(() => reject(late()), withinMs);
  try {
    return await Promise.race([answer, failed]);
  } finally {
    clearTimeout(timer);
    ended.removeEventListener('abort', stop);
  }
}
