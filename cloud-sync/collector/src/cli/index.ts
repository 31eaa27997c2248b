/** The collector's command line, one file per verb: flags, one call, print. `bin/lineside-collector.js` starts this file. */
import { Command, CommanderError } from 'commander';
import { addBackup } from './backup.ts';
import { addDevice } from './device.ts';
import { complain, EXIT, EXIT_HELP } from './io.ts';
import { addLook } from './look.ts';
import { addRun } from './run.ts';

const program = new Command('lineside-collector');
const exit = (code: number): void => {
  process.exitCode = code;
};

program
  .description("The cloud's end of Lineside: takes what appliances recorded, commits it, then acknowledges it.")
  .option(
    '--data <dir>',
    'data folder (default: `data` of the configuration, $STATE_DIRECTORY, /var/lib/lineside-collector)',
  )
  .option('--config <file>', 'YAML configuration; without it every key has its default')
  .option('--json', 'JSON lines instead of text')
  .addHelpText(
    'after',
    `
Examples:
  lineside-collector run --data ./cloud
  lineside-collector device add line-1 --data ./cloud
  lineside-collector status --data ./cloud
${EXIT_HELP}`,
  )
  .exitOverride();

addRun(program, exit);
addDevice(program, exit);
addLook(program, exit);
addBackup(program, exit);
for (const command of allOf(program)) command.exitOverride().showHelpAfterError('Try: --help');

function allOf(command: Command): Command[] {
  return command.commands.flatMap((child) => [withCommon(child), ...allOf(child)]);
}

/** Common options are taken after the verb as well as before it. */
function withCommon(command: Command): Command {
  if (command.commands.length > 0) return command;
  return command
    .option('--data <dir>', 'data folder')
    .option('--config <file>', 'YAML configuration')
    .option('--json', 'JSON lines instead of text');
}

try {
  await program.parseAsync();
} catch (error) {
  if (error instanceof CommanderError) exit(error.exitCode === 0 ? EXIT.ok : EXIT.usage);
  else exit(complain(error));
}
