import { messageOf } from '@lineside/kit';

/** Exit codes, the same for every command; in the help. */
export const EXIT = {
  ok: 0,
  /** The command did its work and found problems, or it failed. */
  problems: 1,
  /** Wrong options, wrong input, or a configuration that cannot be used. */
  badInput: 2,
  /** This machine cannot run it: Node too old, not built. */
  environment: 3,
  /** A line is or was not inspected, or nobody knows whether it is or was. */
  notInspecting: 4,
} as const;
export type ExitCode = (typeof EXIT)[keyof typeof EXIT];

export const EXIT_HELP = `
Exit codes:
  0  done, and nothing is wrong
  1  done, and problems were found; or it failed
  2  wrong options or input, or a configuration that cannot be used
  3  this machine cannot run it (Node too old, not built)
  4  status, coverage: a line is or was not inspected, or nobody knows whether it is or was`;

/** Any error with a code and an advice, from any module. */
export interface CodedError {
  readonly code: string;
  readonly message: string;
  readonly advice: string;
}

/** `thrown` as a coded error; one without a code is a fault of the collector, and says so. */
export function coded(thrown: unknown): CodedError {
  if (thrown instanceof Error && 'code' in thrown && 'advice' in thrown) {
    const { code, advice } = thrown;
    if (typeof code === 'string' && typeof advice === 'string') return { code, message: thrown.message, advice };
  }
  const advice = 'this is a fault of the collector: please report it with the command and this message';
  return { code: 'unexpected', message: messageOf(thrown), advice };
}

/** By name, because to load the class of the error here would load it for every command. */
export function exitCodeOf(thrown: unknown): ExitCode {
  return thrown instanceof Error && thrown.name === 'UsageError' ? EXIT.badInput : EXIT.problems;
}
