import { completionScript, SHELLS, type Shell } from '@lineside/kit';
import { Argument, type Command } from 'commander';
import { action, examples, type Registry } from '../context.ts';
import { EXIT } from '../exit.ts';
import { buildProgram } from '../program.ts';

/** `lineside completion` */
export function configure(command: Command, registry: Registry): void {
  command
    .addArgument(new Argument('<shell>', 'bash or zsh').choices(SHELLS))
    .addHelpText(
      'after',
      examples('lineside completion zsh > "${fpath[1]}/_lineside"', 'source <(lineside completion bash)') +
        '\n\nThe script has all commands and options in it and starts no program. Make it anew after an update.',
    )
    .action(
      action(registry, async ({ io }, _options, [shell]) => {
        // With the options of every command, which only their files know.
        const program = await buildProgram({ io, exiting: () => undefined }, '');
        io.out(completionScript(program, shell as Shell).trimEnd());
        return EXIT.ok;
      }),
    );
}
