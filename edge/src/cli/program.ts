import { Command, CommanderError, Option } from 'commander';
import { type CommandEntry, COMMANDS } from './commands.ts';
import { DEFAULT_DATA_DIR, examples, printError, type Registry } from './context.ts';
import { EXIT, type ExitCode } from './exit.ts';
import type { Io } from './io.ts';

/**
 * The program with every command and its description. Only verbs whose names are among `words` have their options and
 * their action, because only their files are loaded; all of them when `words` is left out. Nothing runs before
 * `parseAsync`.
 */
export async function buildProgram(registry: Registry, version: string, words?: readonly string[]): Promise<Command> {
  const program = new Command('lineside')
    .description('Edge vision appliance for food-production lines.')
    .version(version, '-V, --version')
    .addOption(
      new Option(
        '-c, --config <file>',
        'configuration file (default: ./lineside.yaml, then /etc/lineside/lineside.yaml)',
      ),
    )
    .addOption(new Option('-d, --data <dir>', `data folder (default: ${DEFAULT_DATA_DIR})`))
    .addOption(new Option('--json', 'output for programs instead of people'))
    .configureHelp({ showGlobalOptions: true, helpWidth: 100 })
    .configureOutput({ writeOut: (text) => registry.io.out(text.trimEnd()), writeErr: () => undefined })
    .exitOverride()
    .showHelpAfterError(false)
    .addHelpText('after', examples('lineside doctor', 'lineside run --config lineside.yaml --data ./data'));
  await addCommands(program, COMMANDS, { registry, words });
  return program;
}

async function addCommands(
  parent: Command,
  entries: readonly CommandEntry[],
  wanted: { readonly registry: Registry; readonly words: readonly string[] | undefined },
): Promise<void> {
  const { registry, words } = wanted;
  for (const entry of entries) {
    const command = parent.command(entry.name).description(entry.description);
    if (words?.includes(entry.name) === false) continue;
    if ('commands' in entry) await addCommands(command, entry.commands, wanted);
    else (await entry.load()).configure(command, registry);
  }
}

/** Runs the command that `args` (without node and script) name; resolves to its exit code. */
export async function runCommand(args: readonly string[], io: Io, version: string): Promise<ExitCode> {
  let code: ExitCode = EXIT.ok;
  const program = await buildProgram({ io, exiting: (ended) => (code = ended) }, version, args);
  try {
    if (args.length === 0) {
      io.out(program.helpInformation());
      return EXIT.badInput;
    }
    await program.parseAsync([...args], { from: 'user' });
    return code;
  } catch (error) {
    if (!(error instanceof CommanderError)) throw error;
    if (error.exitCode === 0) return EXIT.ok;
    return refuse(error, args, io, program);
  }
}

function refuse(error: CommanderError, args: readonly string[], io: Io, program: Command): ExitCode {
  // A group without its verb, such as `lineside events`: commander would print the help on stderr.
  const named = deepest(program, args);
  const missing = error.code === 'commander.help';
  const [first = '', ...rest] = (missing ? `${pathOf(named)} needs a command after it` : error.message).split('\n');
  const hint = /did you mean ([^?)]+)\?/i.exec(rest.join(' '))?.[1];
  const message = first.replace(/^error: /, '');
  const advice = hint === undefined ? `${pathOf(named)} --help` : `did you mean ${hint}?`;
  printError(io, { code: 'usage', message, advice }, args.includes('--json'));
  return EXIT.badInput;
}

/** The command that the leading words of `args` name. */
function deepest(program: Command, args: readonly string[]): Command {
  let found = program;
  for (const word of args) {
    const next = found.commands.find((command) => command.name() === word);
    if (next !== undefined) found = next;
  }
  return found;
}

/** `lineside events show` */
export function pathOf(command: Command): string {
  return command.parent === null ? command.name() : `${pathOf(command.parent)} ${command.name()}`;
}
