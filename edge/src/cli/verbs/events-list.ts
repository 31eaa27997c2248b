import type { Command } from 'commander';
import { action, type Context, examples, type Registry } from '../context.ts';
import { addFilterOptions, filterOf, type FilterOptions, withEvents } from '../event-filter.ts';
import { EXIT, type ExitCode } from '../exit.ts';
import { positiveInteger } from '../option-values.ts';
import { eventLine } from '../text/event-text.ts';

interface ListOptions extends FilterOptions {
  readonly limit: number;
}

/** `lineside events list` */
export function configure(command: Command, registry: Registry): void {
  addFilterOptions(command)
    .option('-n, --limit <count>', 'at most this many', positiveInteger, 20)
    .addHelpText('after', examples('lineside events list', 'lineside events list --since 8h --camera packing --json'))
    .action(action<ListOptions>(registry, list));
}

async function list(context: Context, options: ListOptions): Promise<ExitCode> {
  const filter = await filterOf(options, context.io.clock.wallMs());
  const events = await withEvents(context, async (reader) => reader.list(options.limit, filter));
  for (const event of events) context.say(event, eventLine(event));
  if (events.length === 0 && !context.json) context.io.out('no events');
  return EXIT.ok;
}
