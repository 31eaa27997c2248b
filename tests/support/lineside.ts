import { fileURLToPath } from 'node:url';
import { runCommand } from '../../edge/src/cli/program.ts';
import { systemClock } from '@lineside/kit';
import { FROM_SOURCE, NODE, runProcess, type StartOptions, startProcess, type TestProcess } from './processes.ts';

const MAIN = fileURLToPath(new URL('../../edge/src/cli/index.ts', import.meta.url));

/** Runs `lineside ...` from its sources to its end. */
export function lineside(
  args: readonly string[],
  options: StartOptions & { readonly withinMs?: number } = {},
): ReturnType<typeof runProcess> {
  return runProcess(NODE, [...FROM_SOURCE, MAIN, ...args], options);
}

/** Starts `lineside ...` and leaves it running. */
export function startLineside(args: readonly string[], options: StartOptions = {}): Promise<TestProcess> {
  return startProcess(NODE, [...FROM_SOURCE, MAIN, ...args], options);
}

/** Runs `lineside ...` inside this process: the same verbs, without the start of another Node. */
export async function runHere(
  args: readonly string[],
  {
    env = process.env,
    onLine = () => undefined,
    onDraw,
  }: {
    readonly env?: Readonly<Record<string, string | undefined>>;
    /** Takes each text that is printed, as it is printed. */
    readonly onLine?: (text: string) => void;
    /** Makes it run at a terminal, and takes what is drawn there. */
    readonly onDraw?: (text: string) => void;
  } = {},
): Promise<{ readonly code: number; readonly stdout: string; readonly stderr: string }> {
  const written = { stdout: '', stderr: '' };
  const code = await runCommand(
    args,
    {
      out: (text) => {
        written.stdout += `${text}\n`;
        onLine(text);
      },
      err: (text) => void (written.stderr += `${text}\n`),
      ...(onDraw === undefined ? {} : { terminal: { draw: onDraw, size: () => ({ columns: 80, rows: 25 }) } }),
      isTerminal: false,
      env,
      cwd: process.cwd(),
      clock: systemClock,
      signal: new AbortController().signal,
      random: Math.random,
    },
    '0.0.0',
  );
  return { code, ...written };
}
