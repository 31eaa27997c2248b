import type { Command } from 'commander';
import type { Io } from '../../edge/src/cli/io.ts';
import { buildProgram, pathOf } from '../../edge/src/cli/program.ts';
import { systemClock } from '@lineside/kit';
import { type GeneratedFile, page, table } from './generated-file.ts';

const INTRODUCTION = `# The command line

\`npx lineside ...\` in a checkout, \`lineside ...\` on a device. Errors are printed as \`Error:\` and \`Try:\` on stderr;
their codes are in [errors.md](errors.md). With \`--json\` stdout carries one JSON value per line and nothing else, an error as
\`{"error": {"code", "message", "advice"}}\`; names are stable.

## Exit codes

${table(
  ['Code', 'Meaning'],
  [
    ['0', 'done, and nothing is wrong'],
    ['1', 'done, and problems were found; or a part of the work failed'],
    ['2', 'wrong options or input, or a configuration that cannot be used'],
    ['3', 'something is missing on this machine: Node, FFmpeg, a writable data folder, a secret, the service'],
    ['4', '`status`: degraded, a part of the line is inspected; `coverage`: a part of the time was not inspected'],
    ['5', '`status`: the service runs, and nothing is inspected; `coverage`: nothing was inspected, or nobody knows'],
  ],
)}`;

/** Every command with its own help, in the order of the program's help. */
export async function cliDocument(): Promise<GeneratedFile> {
  let printed: string[] = [];
  const io: Io = {
    out: (text) => void printed.push(text),
    err: () => undefined,
    isTerminal: false,
    env: {},
    cwd: '/',
    clock: systemClock,
    signal: new AbortController().signal,
    random: () => 0,
  };
  const program = await buildProgram({ io, exiting: () => undefined }, '0.0.0');
  const sections = [program, ...below(program)].map((command) => {
    printed = [];
    command.outputHelp();
    return `## ${pathOf(command)}\n\n\`\`\`text\n${printed.join('\n').trim()}\n\`\`\``;
  });
  return page('docs/cli.md', INTRODUCTION, ...sections);
}

function below(command: Command): readonly Command[] {
  return command.commands.flatMap((child) => [child, ...below(child)]);
}
