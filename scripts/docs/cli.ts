import type { Command } from 'commander';
import type { Io } from '../../edge/src/cli/io.ts';
import { buildProgram, pathOf } from '../../edge/src/cli/program.ts';
import { systemClock, EXIT_MEANINGS, manualPage } from '@lineside/kit';
import { buildProgram as buildCollector } from '../../cloud-sync/collector/src/cli/program.ts';
import { type GeneratedFile, page, table } from './generated-file.ts';

const INTRODUCTION = `# The command line

\`npx lineside ...\` in a checkout, \`lineside ...\` on a device. Errors are printed as \`Error:\` and \`Try:\` on stderr;
their codes are in [errors.md](errors.md). With \`--json\` stdout carries one JSON value per line and nothing else, an error as
\`{"error": {"code", "message", "advice"}}\`; names are stable.

## Exit codes

${table(
  ['Code', 'Meaning'],
  EXIT_MEANINGS.map(([code, meaning]) => [String(code), meaning]),
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

const DEVICE_FILES = [
  ['/etc/lineside/lineside.yaml', 'the configuration'],
  ['/var/lib/lineside', 'the data folder: journal, evidence, models'],
] as const;
const COLLECTOR_FILES = [
  ['/etc/lineside/collector.yaml', 'the configuration'],
  ['/var/lib/lineside-collector', 'the data folder'],
] as const;

/** The manual pages of both programs. */
export async function manualPages(): Promise<readonly GeneratedFile[]> {
  const io = { out: () => undefined, err: () => undefined, env: {} };
  const silent = { isTerminal: false, cwd: '/', clock: systemClock, signal: new AbortController().signal };
  const exiting = (): void => undefined;
  const device = await buildProgram({ io: { ...io, ...silent, random: () => 0 }, exiting }, '0.0.0');
  const collector = await buildCollector({ io, exiting }, '0.0.0');
  return [
    { path: 'docs/man/lineside.1', text: manualPage(device, { version: '0.1', files: DEVICE_FILES }) },
    { path: 'docs/man/lineside-collector.1', text: manualPage(collector, { version: '0.1', files: COLLECTOR_FILES }) },
  ];
}
