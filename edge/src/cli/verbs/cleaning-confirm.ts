import type { Command } from 'commander';
import type { ConfirmedCleaning } from '../../status/index.ts';
import { callService } from '../change-service.ts';
import { action, type Context, examples, type Registry } from '../context.ts';
import { EXIT, type ExitCode } from '../exit.ts';

interface ConfirmOptions {
  readonly by: string;
}

/** `lineside cleaning confirm` */
export function configure(command: Command, registry: Registry): void {
  command
    .argument('<target>', 'id of a cleaning rule, or of a zone that cleaning rules watch')
    .requiredOption('--by <name>', 'who confirms it, for the audit')
    .addHelpText(
      'after',
      examples(
        'lineside cleaning confirm aisle --by "M. Fischer"',
        'lineside cleaning confirm floor-cleaning --by shift-lead-2 --json',
      ) + '\n\nThe time to the next cleaning counts from now, and an event that it is overdue is closed.',
    )
    .action(action<ConfirmOptions>(registry, confirm));
}

async function confirm(context: Context, { by }: ConfirmOptions, [target = '']: readonly string[]): Promise<ExitCode> {
  const answer = await callService(context.dataDir, '/api/v1/cleaning', { target, by });
  const { confirmed } = answer as { readonly confirmed: readonly ConfirmedCleaning[] };
  const lines = confirmed.map(({ rule, camera, zone }) => {
    const place = zone === undefined ? `camera ${camera}` : `zone ${zone}, camera ${camera}`;
    return `confirmed by ${by}: ${place} (rule ${rule})`;
  });
  context.say(answer, lines.join('\n'));
  return EXIT.ok;
}
