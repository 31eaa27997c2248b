import { Command, CommanderError } from 'commander';
import { COMMANDS, type CommandEntry } from './commands.ts';
import { examples, printError, type Io, type Registry } from './context.ts';
import { EXIT, EXIT_HELP, type ExitCode } from './exit.ts';

/**
 * The program with every command and its summary. Only verbs whose names are among `words` have their options and their
 * action, because only their files are loaded; all of them when `words` is left out. Nothing runs before `parseAsync`.
 */
export async function buildProgram(registry: Registry, version: string, words?: readonly string[]): Promise<Command> {
  const program = new Command('lineside-collector')
    .description('The collector of Lineside: receives records from devices, commits them, then acknowledges them.')
    .version(version, '-V, --version')
    .option(
      '-d, --data <dir>',
      'data folder (default: `data` of the configuration, $STATE_DIRECTORY, /var/lib/lineside-collector)',
    )
    .option('-c, --config <file>', 'YAML configuration; without it every key has its default')
    .option('--json', 'output for programs instead of people')
    .configureHelp({ showGlobalOptions: true, helpWidth: 100 })
    .configureOutput({ writeOut: (text) => registry.io.out(text.trimEnd()), writeErr: () => undefined })
    .exitOverride()
    .showHelpAfterError(false)
    .addHelpText(
      'after',
      examples(
        'lineside-collector run --data ./collector',
        'lineside-collector device add line-1 --data ./collector',
        'lineside-collector status --data ./collector',
      ) + `\n${EXIT_HELP}`,
    );
  await addCommands(program, COMMANDS, registry, words);
  return program;
}

async function addCommands(
  parent: Command,
  entries: readonly CommandEntry[],
  registry: Registry,
  words: readonly string[] | undefined,
): Promise<void> {
  for (const entry of entries) {
    const command = parent.command(entry.name).summary(entry.summary).description(entry.summary);
    if (words?.includes(entry.name) === false) continue;
    if ('commands' in entry) await addCommands(command, entry.commands, registry, words);
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
  // A group without its verb, such as `device`: commander would print the help on stderr.
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

/** `lineside-collector device add` */
function pathOf(command: Command): string {
  return command.parent === null ? command.name() : `${pathOf(command.parent)} ${command.name()}`;
}
