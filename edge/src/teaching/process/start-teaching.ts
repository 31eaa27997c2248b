import { entryBeside, exitText, LinesideError, SupervisedProcess } from '@lineside/kit';
import type { TeachMessage, TeachOrder, TeachOutcome, TeachProgress, ReportedFacts } from './order.ts';

/**
 * What the environment of a teaching adds to that of its parent. glibc reads it when a process starts: with one pool for all
 * threads, instead of one for each, 500 pieces need 297 MB instead of 379, and no more CPU (decision 0033).
 */
export const TEACHING_ENVIRONMENT = { MALLOC_ARENA_MAX: '1' } as const;

export interface TeachingOptions {
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly onProgress: (progress: TeachProgress) => void;
  /** Ends the teaching when it aborts; pieces stay. */
  readonly signal?: AbortSignal;
  /** Where its standard error goes. Default: nowhere. */
  readonly stderr?: 'pipe' | 'stderr';
  /** Time to end in order before it is killed. */
  readonly graceMs?: number;
}

export interface RunningTeaching {
  /** Rejects with the error of the teaching, its code and advice, or with `teaching_failed` where it ended without an answer. */
  readonly outcome: Promise<TeachOutcome>;
  /** Ends it, and resolves when it has ended. What it has collected stays in its folder. */
  end(): Promise<void>;
}

/** Starts a teaching in a process of its own, with one memory pool. */
export function startTeaching(order: TeachOrder, options: TeachingOptions): RunningTeaching {
  const { env, onProgress, signal, stderr = 'pipe', graceMs } = options;
  const answer = Promise.withResolvers<TeachOutcome>();
  const entry = entryBeside(import.meta.url, 'teach-main');
  const hear = (message: TeachMessage): void => {
    if ('step' in message) onProgress(message);
    else if ('outcome' in message) answer.resolve(message.outcome);
    else answer.reject(reportedError(message.error));
  };
  const child = new SupervisedProcess({
    ...{ command: process.execPath, args: [...entry.execArgv, entry.path], ipc: true, stdout: 'stderr', stderr },
    ...(signal !== undefined && { signal }),
    ...(graceMs !== undefined && { graceMs }),
    env: { ...env, ...TEACHING_ENVIRONMENT },
    // Our own program of this version.
    onMessage: (message) => hear(message as TeachMessage),
  });
  void child.exited.then(exitText, String).then((how) => {
    const advice = 'start it again: pieces stay';
    answer.reject(new LinesideError({ code: 'teaching_failed', message: `the teaching ended: ${how}`, advice }));
  });
  child.send(order);
  return {
    outcome: answer.promise,
    end: async () => {
      await child.terminate();
    },
  };
}

/** An error of the other process, as it was there: what becomes of an error can depend on its name. */
function reportedError({ name, message, code, advice }: ReportedFacts): Error {
  const error =
    code === undefined || advice === undefined ? new Error(message) : new LinesideError({ code, message, advice });
  return Object.defineProperty(error, 'name', { value: name });
}
