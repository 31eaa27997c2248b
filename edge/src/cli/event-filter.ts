import { type Command, Option } from 'commander';
import { codesOf, EVENT_KINDS } from '../domain/index.ts';
import type { EventFilter, EventReader, FoldedEvent } from '../events/index.ts';
import type { Context } from './context.ts';
import { UsageError } from './errors.ts';

/** Options of the verbs that choose events. */
export interface FilterOptions {
  readonly kind?: FoldedEvent['kind'];
  readonly camera?: string;
  readonly state?: FoldedEvent['state'];
  /** A duration back from now, such as 8h. */
  readonly since?: string;
}

/** Adds the options that choose events. */
export function addFilterOptions(command: Command): Command {
  return command
    .addOption(new Option('--kind <kind>', 'only this kind').choices(codesOf(EVENT_KINDS)))
    .option('--camera <id>', 'only this camera')
    .addOption(new Option('--state <state>', 'only open or closed ones').choices(['open', 'closed']))
    .option('--since <duration>', 'only of the last hours or days, such as 8h or 7d');
}

/** The filter that the options describe. Throws UsageError. */
export async function filterOf({ kind, camera, state, since }: FilterOptions, nowMs: number): Promise<EventFilter> {
  return {
    ...(kind === undefined ? {} : { kind }),
    ...(camera === undefined ? {} : { camera }),
    ...(state === undefined ? {} : { state }),
    ...(since === undefined ? {} : { since: nowMs - (await durationOf(since)) }),
  };
}

async function durationOf(text: string): Promise<number> {
  const { parseDuration } = await import('../fields/index.ts');
  const ms = parseDuration(text);
  if (ms !== undefined) return ms;
  throw new UsageError(
    `--since ${text} is not a duration`,
    'write a duration such as 8h or 7d; see lineside events list --help',
  );
}

/** Opens the events of the data folder for `use`, beside a running service or without one, and closes them again. */
export async function withEvents<T>(context: Context, use: (reader: EventReader) => Promise<T>): Promise<T> {
  const [{ openEventReader }, { journalPath }] = await Promise.all([
    import('../events/index.ts'),
    import('../journal/index.ts'),
  ]);
  const reader = openEventReader(journalPath(context.dataDir));
  try {
    return await use(reader);
  } finally {
    reader.close();
  }
}
