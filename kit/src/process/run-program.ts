import { FairDeadline, loadText } from './fair-deadline.ts';
import type { ProcessExit, ProcessOptions } from './process-options.ts';
import { exitText } from './process-options.ts';
import { SupervisedProcess } from './supervised-process.ts';

export interface ProgramOptions
  extends Pick<ProcessOptions, 'cwd' | 'env' | 'uid' | 'gid' | 'group' | 'keepCharacters'> {
  /** The program is ended after this much time of its own: time in which it waits for a CPU does not count. */
  readonly timeoutMs: number;
  readonly signal?: AbortSignal;
}

export interface ProgramOutput {
  /** The end of each output, at most `keepCharacters`. */
  readonly stdout: string;
  readonly stderr: string;
}

/** A program that was ended by its deadline, by a signal, or with an exit code other than 0. */
export class ProgramError extends Error {
  override readonly name = 'ProgramError';
  readonly exit: ProcessExit;
  readonly output: ProgramOutput;
  /** True when it was ended because it took too long: it is there, and slow or stuck. */
  readonly timedOut: boolean;

  constructor(message: string, exit: ProcessExit, output: ProgramOutput, timedOut: boolean) {
    super(message);
    this.exit = exit;
    this.output = output;
    this.timedOut = timedOut;
  }
}

/**
 * Runs a program to its end and returns what it wrote. Throws ProgramError when it fails or takes too long, the
 * system's error (ENOENT) when it cannot be started, and the signal's reason when that aborts.
 */
export async function runProgram(
  command: string,
  args: readonly string[],
  { timeoutMs, signal, ...options }: ProgramOptions,
): Promise<ProgramOutput> {
  signal?.throwIfAborted();
  const late = new AbortController();
  const child = new SupervisedProcess({
    ...options,
    ...{ command, args, stdout: 'pipe', graceMs: 1_000 },
    signal: signal === undefined ? late.signal : AbortSignal.any([signal, late.signal]),
  });
  using deadline = new FairDeadline({ pid: child.pid, ownMs: timeoutMs });
  deadline.signal.addEventListener('abort', () => late.abort(deadline.signal.reason), { once: true });
  const exit = await child.exited;
  signal?.throwIfAborted();
  const output = { stdout: child.stdout, stderr: child.stderr };
  if (exit.code === 0) return output;
  const timedOut = late.signal.aborted;
  const reason = timedOut ? `no answer in ${timeoutMs / 1000} s (${loadText()})` : exitText(exit);
  const lastLine = output.stderr.trimEnd().split('\n').at(-1) ?? '';
  throw new ProgramError(`${command}: ${reason}${lastLine === '' ? '' : `: ${lastLine}`}`, exit, output, timedOut);
}
