import { Command, CommanderError, Option } from 'commander';
import { configVerbs } from './config.ts';
import { DEFAULT_DATA_DIR, examples, printError, type Registry } from './context.ts';
import { detectVerb } from './detect.ts';
import { doctorVerb } from './doctor.ts';
import { eventsVerbs } from './events.ts';
import { EXIT, type ExitCode } from './exit.ts';
import type { Io } from './io.ts';
import { journalVerbs } from './journal.ts';
import { modelVerbs } from './model.ts';
import { replayVerb } from './replay.ts';
import { runVerb } from './run.ts';
import { statusVerb } from './status.ts';
import { syncVerbs } from './sync.ts';

/** Every verb with its options and help; nothing runs before `parseAsync`. */
export function buildProgram(registry: Registry, version: string): Command {
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
  runVerb(program, registry);
  doctorVerb(program, registry);
  statusVerb(program, registry);
  configVerbs(program, registry);
  detectVerb(program, registry);
  modelVerbs(program, registry);
  replayVerb(program, registry);
  eventsVerbs(program, registry);
  journalVerbs(program, registry);
  syncVerbs(program, registry);
  return program;
}

/** Runs the command that `args` (without node and script) name; resolves to its exit code. */
export async function runCommand(args: readonly string[], io: Io, version: string): Promise<ExitCode> {
  let code: ExitCode = EXIT.ok;
  const program = buildProgram({ io, exiting: (ended) => (code = ended) }, version);
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
  // A group without its verb, such as `lineside events`: commander means to print the help on stderr.
  const asked = deepest(program, args);
  const missing = error.code === 'commander.help';
  const [first = '', ...rest] = (missing ? `${pathOf(asked)} needs a command after it` : error.message).split('\n');
  const hint = /did you mean ([^?)]+)\?/i.exec(rest.join(' '))?.[1];
  const message = first.replace(/^error: /, '');
  const advice = hint === undefined ? `${pathOf(asked)} --help` : `did you mean ${hint}?`;
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
