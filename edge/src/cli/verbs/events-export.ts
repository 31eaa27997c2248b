import { type Command, Option } from 'commander';
import { action, type Context, examples, type Registry } from '../context.ts';
import { addFilterOptions, filterOf, type FilterOptions, withEvents } from '../event-filter.ts';
import { EXIT, type ExitCode } from '../exit.ts';

interface ExportOptions extends FilterOptions {
  readonly format: 'csv' | 'jsonl';
}

/** `lineside events export` */
export function configure(command: Command, registry: Registry): void {
  addFilterOptions(command)
    .addOption(new Option('--format <format>', 'form of the output').choices(['csv', 'jsonl']).default('csv'))
    .addHelpText(
      'after',
      examples(
        'lineside events export > events.csv',
        'lineside events export --format jsonl --since 30d > events.jsonl',
      ),
    )
    .action(action<ExportOptions>(registry, exportEvents));
}

async function exportEvents(context: Context, options: ExportOptions): Promise<ExitCode> {
  const { CSV_HEADER, csvRow } = await import('../../events/reading.ts');
  const filter = await filterOf(options, context.io.clock.wallMs());
  return withEvents(context, async (reader) => {
    const csv = options.format === 'csv' && !context.json;
    if (csv) context.io.out(CSV_HEADER);
    for (const event of reader.events(filter)) {
      context.io.signal.throwIfAborted();
      context.io.out(csv ? csvRow(event) : JSON.stringify(event));
    }
    return EXIT.ok;
  });
}
