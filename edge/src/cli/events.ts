import { type Command, InvalidArgumentError, Option } from 'commander';
import {
  CSV_HEADER,
  csvRow,
  type EventFilter,
  type EventReader,
  type FoldedEvent,
  openEventReader,
  type Transition,
} from '../events/index.ts';
import { codesOf, EVENT_KINDS } from '../domain/index.ts';
import { evidenceFolder, evidencePath } from '../evidence/index.ts';
import { journalPath } from '../journal/index.ts';
import { parseDuration } from '../fields/index.ts';
import { action, type Context, examples, type Registry } from './context.ts';
import { CliError } from './errors.ts';
import { EXIT, type ExitCode } from './exit.ts';
import { lasted, localTime } from './time-text.ts';

interface FilterOptions {
  readonly kind?: FoldedEvent['kind'];
  readonly camera?: string;
  readonly state?: FoldedEvent['state'];
  /** Milliseconds back from now. */
  readonly since?: number;
}

/** `lineside events list|tail|show|export` */
export function eventsVerbs(program: Command, registry: Registry): void {
  const events = program
    .command('events')
    .description('what the line has seen; read from the journal, beside the service or without it');
  filtered(events.command('list').description('newest events first'))
    .option('-n, --limit <count>', 'how many at most', positive, 20)
    .addHelpText('after', examples('lineside events list', 'lineside events list --since 8h --camera packing --json'))
    .action(action<FilterOptions & { limit: number }>(registry, list));
  events
    .command('tail')
    .description('print events as they happen, until stopped')
    .addHelpText('after', examples('lineside events tail', 'lineside events tail --json | jq .body.kind'))
    .action(action(registry, tail));
  events
    .command('show')
    .argument('<id>', 'id of the event, or its beginning')
    .description('one event with all its transitions and where its pictures lie')
    .addHelpText('after', examples('lineside events show 0198c2f0'))
    .action(action(registry, show));
  filtered(events.command('export').description('every event, oldest first, to stdout'))
    .addOption(new Option('--format <format>', 'form of the output').choices(['csv', 'jsonl']).default('csv'))
    .addHelpText(
      'after',
      examples(
        'lineside events export > events.csv',
        'lineside events export --format jsonl --since 30d > events.jsonl',
      ),
    )
    .action(action<FilterOptions & { format: 'csv' | 'jsonl' }>(registry, exportEvents));
}

function filtered(command: Command): Command {
  return command
    .addOption(new Option('--kind <kind>', 'only this kind').choices(codesOf(EVENT_KINDS)))
    .option('--camera <id>', 'only this camera')
    .addOption(new Option('--state <state>', 'only open or closed ones').choices(['open', 'closed']))
    .option('--since <duration>', 'only of the last hours or days, such as 8h or 7d', back);
}

function positive(text: string): number {
  const count = Number(text);
  if (Number.isInteger(count) && count > 0) return count;
  throw new InvalidArgumentError('It must be a whole number above 0.');
}

function back(text: string): number {
  const ms = parseDuration(text);
  if (ms !== undefined) return ms;
  throw new InvalidArgumentError('It must be a duration such as 8h or 7d.');
}

function filterOf({ kind, camera, state, since }: FilterOptions, nowMs: number): EventFilter {
  return {
    ...(kind === undefined ? {} : { kind }),
    ...(camera === undefined ? {} : { camera }),
    ...(state === undefined ? {} : { state }),
    ...(since === undefined ? {} : { since: nowMs - since }),
  };
}

async function withReader(context: Context, use: (reader: EventReader) => Promise<ExitCode>): Promise<ExitCode> {
  const reader = openEventReader(journalPath(context.dataDir));
  try {
    return await use(reader);
  } finally {
    reader.close();
  }
}

function list(context: Context, options: FilterOptions & { limit: number }): Promise<ExitCode> {
  return withReader(context, async (reader) => {
    const events = reader.list(options.limit, filterOf(options, context.io.clock.wallMs()));
    for (const event of events) context.say(event, eventLine(event));
    if (events.length === 0 && !context.json) context.io.out('no events');
    return EXIT.ok;
  });
}

function tail(context: Context): Promise<ExitCode> {
  return withReader(context, async (reader) => {
    for await (const transition of reader.tail(context.io.signal, context.io.clock)) {
      context.say(transition, transitionLine(transition));
    }
    return EXIT.ok;
  });
}

function show(context: Context, _options: object, [id = '']: readonly string[]): Promise<ExitCode> {
  return withReader(context, async (reader) => {
    const found = reader.show(id);
    if (found === undefined) {
      throw new CliError('event_unknown', `no event, or more than one, begins with ${id}`, 'lineside events list');
    }
    const folder = evidenceFolder(context.dataDir);
    const pictures = found.event.snapshots.map((sha256) => ({ sha256, path: evidencePath(folder, sha256) }));
    context.say({ ...found, pictures }, showText(found.event, found.transitions, pictures));
    return EXIT.ok;
  });
}

function exportEvents(context: Context, options: FilterOptions & { format: 'csv' | 'jsonl' }): Promise<ExitCode> {
  return withReader(context, async (reader) => {
    const csv = options.format === 'csv' && !context.json;
    if (csv) context.io.out(CSV_HEADER);
    for (const event of reader.events(filterOf(options, context.io.clock.wallMs()))) {
      context.io.signal.throwIfAborted();
      context.io.out(csv ? csvRow(event) : JSON.stringify(event));
    }
    return EXIT.ok;
  });
}

function place(event: { readonly camera: string; readonly zone?: string | undefined }): string {
  return event.zone === undefined ? event.camera : `${event.camera}/${event.zone}`;
}

function eventLine(event: FoldedEvent): string {
  const end = event.state === 'open' ? 'open' : `closed (${event.reason ?? ''})`;
  const doubt = event.clock === 'synced' ? '' : ` [time ${event.clock}]`;
  const what = `${event.severity} ${event.kind} ${event.label} at ${place(event)}`;
  return `${event.event}  ${localTime(event.openedWallMs)}  ${what}, ${lasted(event.durationMs)}, ${end}${doubt}`;
}

function transitionLine({ wallMs, body }: Transition): string {
  const reason = body.reason === undefined ? '' : ` (${body.reason})`;
  const what = `${body.severity} ${body.kind} ${body.label} at ${place(body)}`;
  return `${localTime(wallMs)}  ${body.phase.padEnd(7)} ${what}, ${lasted(body.durationMs)}${reason}  ${body.event}`;
}

function showText(
  event: FoldedEvent,
  transitions: readonly Transition[],
  pictures: readonly { readonly path: string }[],
): string {
  const model = event.model === undefined ? [] : [`model     ${event.model.id} ${event.model.sha256.slice(0, 12)}`];
  const details = event.details === undefined ? [] : [`details   ${JSON.stringify(event.details)}`];
  return [
    eventLine(event),
    `rule      ${event.rule}`,
    ...(event.score === undefined ? [] : [`score     ${event.score.toFixed(2)}`]),
    ...model,
    ...(event.degraded ? ['degraded  some of its results are to be doubted'] : []),
    ...details,
    ...transitions.map((transition) => `record ${transition.seq}  ${transitionLine(transition)}`),
    ...pictures.map((picture) => `picture   ${picture.path}`),
  ].join('\n');
}
