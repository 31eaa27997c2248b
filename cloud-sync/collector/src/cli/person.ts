import type { Command } from 'commander';
import { UsageError } from '../errors/index.ts';

export function byOption(command: Command): Command {
  return command.option('--by <name>', 'who does it, for the history (default: $SUDO_USER or $USER)');
}

/** Who gives the command. Nothing proves the name: whoever may write to the store may write any. */
export function personOf({ by }: { readonly by?: string }): string {
  const name = (by ?? process.env['SUDO_USER'] ?? process.env['USER'] ?? '').trim().slice(0, 64);
  if (name !== '') return name;
  throw new UsageError({ code: 'person_missing', message: 'nobody is named who does this', advice: 'add --by NAME' });
}
