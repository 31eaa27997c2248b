import type { Command } from 'commander';
import { action, type Context, examples, type Registry } from '../context.ts';
import { EXIT, type ExitCode } from '../exit.ts';
import { withDesk } from '../rollout-desk.ts';
import { table } from '../table.ts';
import { timeText } from '../time-text.ts';

const MAX_ROWS = 200;

/** `lineside-collector rollout list` */
export function configure(command: Command, registry: Registry): void {
  command
    .description('Lists rollouts, newest first. --json: one line {rollouts: [...]}.')
    .addHelpText('after', examples('lineside-collector rollout list --data ./collector'))
    .action(action(registry, list));
}

async function list(context: Context): Promise<ExitCode> {
  const { rolloutSummary } = await import('../../rollouts/index.ts');
  const rollouts = await withDesk(context, async (desk) => desk.list(MAX_ROWS));
  const rows = rollouts.map(({ id, state, lines, current, groups, createdBy, createdAtMs }) => {
    const through = lines.filter((line) => line.state === 'committed').length;
    const failed = lines.filter((line) => line.state === 'failed').length;
    return [
      ...[id, state.replaceAll('_', ' '), `${through} of ${lines.length}`, String(failed)],
      ...[groups[current]?.name ?? '-', createdBy, timeText(createdAtMs)],
    ];
  });
  const head = ['ROLLOUT', 'STATE', 'COMMITTED', 'FAILED', 'GROUP', 'BY', 'BEGAN AT'];
  context.say(
    { rollouts: rollouts.map(rolloutSummary) },
    rows.length === 0 ? 'No rollouts yet. Try: lineside-collector rollout start --help' : table([head, ...rows]),
  );
  return EXIT.ok;
}
