import type { Command } from 'commander';
import { action, type Context, examples, type Registry } from '../context.ts';
import { EXIT, type ExitCode } from '../exit.ts';
import { accessText, commandAccess } from '../text/access-text.ts';

/** `lineside access disable` */
export function configure(command: Command, registry: Registry): void {
  command
    .addHelpText(
      'after',
      `${examples('lineside access disable')}\n\nAccounts and certificate are kept for the next time.`,
    )
    .action(action(registry, disable));
}

async function disable(context: Context): Promise<ExitCode> {
  const answer = await commandAccess(context.dataDir, { action: 'disable' });
  context.say(answer, accessText(answer));
  return EXIT.ok;
}
