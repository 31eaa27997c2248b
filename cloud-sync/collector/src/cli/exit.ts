import { messageOf, EXIT, EXIT_MEANINGS, type ExitCode } from '@lineside/kit';

export { EXIT, type ExitCode };

/** The codes in the help. */
export const EXIT_HELP = `
Exit codes:
${EXIT_MEANINGS.map(([code, meaning]) => `  ${code}  ${meaning}`).join('\n')}`;

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
