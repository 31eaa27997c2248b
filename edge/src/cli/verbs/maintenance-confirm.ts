import type { Command } from 'commander';
import type { ConfirmedService } from '../../status/index.ts';
import { callService } from '../change-service.ts';
import { action, type Context, examples, type Registry } from '../context.ts';
import { EXIT, type ExitCode } from '../exit.ts';

interface ConfirmOptions {
  readonly by: string;
}

/** `lineside maintenance confirm` */
export function configure(command: Command, registry: Registry): void {
  command
    .argument('<rule>', 'id of a maintenance rule')
    .requiredOption('--by <name>', 'who confirms it, for the audit')
    .addHelpText(
      'after',
      examples(
        'lineside maintenance confirm cutter --by "M. Fischer"',
        'lineside maintenance confirm cutter --by service-2 --json',
      ) +
        '\n\nTime, running time and count to the next service begin again, and an event that it is overdue is closed.',
    )
    .action(action<ConfirmOptions>(registry, confirm));
}

async function confirm(context: Context, { by }: ConfirmOptions, [rule = '']: readonly string[]): Promise<ExitCode> {
  const answer = await callService(context.dataDir, '/api/v1/maintenance', { rule, by });
  const { confirmed } = answer as { readonly confirmed: readonly ConfirmedService[] };
  context.say(answer, confirmed.map((one) => `confirmed by ${by}: service of ${one.rule}`).join('\n'));
  return EXIT.ok;
}
