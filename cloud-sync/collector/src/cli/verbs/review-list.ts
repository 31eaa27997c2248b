import type { Command } from 'commander';
import { action, type Context, examples, type Registry } from '../context.ts';
import { EXIT, type ExitCode } from '../exit.ts';
import { table } from '../table.ts';
import { timeText } from '../time-text.ts';

/** `lineside-collector review list` */
export function configure(command: Command, registry: Registry): void {
  command
    .description('What people said about events, by device and event, oldest first. --json: one line {reviews: [...]}.')
    .addHelpText('after', examples('lineside-collector review list --data ./collector'))
    .action(action(registry, list));
}

async function list(context: Context): Promise<ExitCode> {
  const reviewed = await context.withStore(await context.config(), async ({ reviews }) => reviews.reviewed());
  const all = reviewed.flatMap(({ event: { label }, reviews }) => reviews.map((review) => ({ ...review, label })));
  const rows = all.map(({ device, event, label, verdict, who, atMs, details }) => [
    ...[device, event, label, verdict.replaceAll('_', ' '), details.label ?? '-', who, timeText(atMs)],
  ]);
  context.say(
    { reviews: all },
    rows.length === 0
      ? 'No reviews yet. Try: lineside-collector review mark --help'
      : table([['DEVICE', 'EVENT', 'LABEL', 'VERDICT', 'MISSED', 'BY', 'AT'], ...rows]),
  );
  return EXIT.ok;
}
