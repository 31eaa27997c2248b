import type { ProcessExit, ProcessOptions } from './process-options.ts';
import { exitText } from './process-options.ts';
import { SupervisedProcess } from './supervised-process.ts';

export interface ProgramOptions
  extends Pick<ProcessOptions, 'cwd' | 'env' | 'uid' | 'gid' | 'group' | 'keepCharacters'> {
  /** The program is ended after this time. */
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

  constructor(message: string, exit: ProcessExit, output: ProgramOutput) {
    super(message);
    this.exit = exit;
    this.output = output;
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
  const deadline = AbortSignal.timeout(timeoutMs);
  const child = new SupervisedProcess({
    ...options,
    ...{ command, args, stdout: 'pipe', graceMs: 1_000 },
    signal: signal === undefined ? deadline : AbortSignal.any([signal, deadline]),
  });
  const exit = await child.exited;
  signal?.throwIfAborted();
  const output = { stdout: child.stdout, stderr: child.stderr };
  if (exit.code === 0) return output;
  const reason = deadline.aborted ? `no answer in ${timeoutMs / 1000} s` : exitText(exit);
  const lastLine = output.stderr.trimEnd().split('\n').at(-1) ?? '';
  throw new ProgramError(`${command}: ${reason}${lastLine === '' ? '' : `: ${lastLine}`}`, exit, output);
}
