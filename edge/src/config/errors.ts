import { LinesideError } from '@lineside/kit';

/** One thing that is wrong in a configuration file, or worth a warning. */
export interface Problem {
  /** Stable, snake_case. */
  readonly code: string;
  readonly file: string;
  /** From 1; 0 when the place is unknown (the file could not be read). */
  readonly line: number;
  readonly column: number;
  /** `cameras[0].url`; empty for the document itself. */
  readonly path: string;
  readonly message: string;
  readonly advice: string;
}

/** `file:line:column path: message`, as compilers write it, so that editors can jump there. */
export function problemLine(problem: Problem): string {
  const place = problem.line > 0 ? `${problem.file}:${problem.line}:${problem.column}` : problem.file;
  return problem.path === '' ? `${place}: ${problem.message}` : `${place}: ${problem.path}: ${problem.message}`;
}

/** A configuration that cannot be used; has all its problems. */
export class ConfigError extends LinesideError {
  override readonly name = 'ConfigError';
  readonly problems: readonly Problem[];

  constructor(problems: readonly Problem[]) {
    const [first] = problems;
    const lines = problems.map(problemLine);
    super({
      code: problems.length === 1 && first !== undefined ? first.code : 'config_invalid',
      message: lines.length === 1 ? (lines[0] ?? '') : `${lines.length} problems:\n  ${lines.join('\n  ')}`,
      advice: problems.length === 1 && first !== undefined ? first.advice : checkAdvice(first),
    });
    this.problems = problems;
  }
}

function checkAdvice(first: Problem | undefined): string {
  return first === undefined ? 'lineside config check' : `lineside config check --config ${first.file}`;
}
