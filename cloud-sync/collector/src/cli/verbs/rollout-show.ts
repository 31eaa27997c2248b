import type { Command } from 'commander';
import type { Rollout, RolloutNote } from '../../rollouts/index.ts';
import { action, type Context, examples, type Registry } from '../context.ts';
import { EXIT, type ExitCode } from '../exit.ts';
import { withDesk } from '../rollout-desk.ts';
import { table } from '../table.ts';
import { timeText } from '../time-text.ts';

/** Notes that are printed; --json has all. */
const SHOWN_NOTES = 20;

/** `lineside-collector rollout show` */
export function configure(command: Command, registry: Registry): void {
  command
    .argument('<id>', 'the rollout (see "rollout list")')
    .description(
      'Shows each line of a rollout (state, progress, how the model did in shadow, reason) and what was done about it. --json: one line, the rollout with lines and history. Ends with 1 where a line failed or the rollout was stopped by a threshold.',
    )
    .addHelpText('after', examples('lineside-collector rollout show ppe-2.1.0 --data ./collector'))
    .action(action(registry, show));
}

async function show(context: Context, _options: object, [id = '']: readonly string[]): Promise<ExitCode> {
  const { rolloutJson } = await import('../../rollouts/index.ts');
  const [rollout, history] = await withDesk(context, async (desk) => [await desk.get(id), await desk.history(id)]);
  context.say(rolloutJson(rollout, history), textOf(rollout, history));
  const wrong = rollout.state === 'failed' || rollout.lines.some(({ state }) => state === 'failed');
  return wrong ? EXIT.problems : EXIT.ok;
}

function textOf(rollout: Rollout, history: readonly RolloutNote[]): string {
  const { id, release, state, reason, createdBy, createdAtMs, groups } = rollout;
  const rows = rollout.lines.map(({ device, group, deviceState, progress, shadow, ...line }) => [
    ...[device, groups[group]?.name ?? '', line.state],
    progress === undefined ? (deviceState ?? '-') : `${deviceState ?? ''} ${percentOf(progress)}`,
    [...(shadow === undefined ? [] : [`shadow: ${shadow}`]), ...(line.reason === undefined ? [] : [line.reason])].join(
      '; ',
    ),
  ]);
  return [
    `${id}: ${state.replaceAll('_', ' ')}${reason === undefined ? '' : ` (${reason})`}`,
    `${release.target}, begun by ${createdBy} at ${timeText(createdAtMs)}`,
    '',
    table([['LINE', 'GROUP', 'STATE', 'ON THE DEVICE', 'REASON'], ...rows]),
    '',
    ...history
      .slice(0, SHOWN_NOTES)
      .map(({ atMs, who, action: what, device, detail }) =>
        [timeText(atMs), who, what.replaceAll('_', ' '), device ?? '', detail ?? '']
          .filter((part) => part !== '')
          .join('  '),
      ),
  ].join('\n');
}

function percentOf({ bytes, of }: { readonly bytes: number; readonly of: number }): string {
  return of === 0 ? '' : `${Math.floor((100 * bytes) / of)} %`;
}
