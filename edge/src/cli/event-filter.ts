import { type Command, Option } from 'commander';
import { codesOf, EVENT_KINDS, SEVERITIES } from '@lineside/protocol/vocabulary';
import type { EventFilter, EventReader, EventSummary } from '../events/reading.ts';
import type { Context } from './context.ts';
import { UsageError } from './errors.ts';

/** Options of the verbs that choose events. */
export interface FilterOptions {
  readonly kind?: EventSummary['kind'];
  readonly severity?: EventSummary['severity'];
  readonly camera?: string;
  readonly zone?: string;
  readonly rule?: string;
  readonly ruleType?: string;
  readonly state?: EventSummary['state'];
  /** Durations back from now, such as 8h. */
  readonly since?: string;
  readonly until?: string;
}

/** Adds the options that choose events. */
export function addFilterOptions(command: Command): Command {
  return command
    .addOption(new Option('--kind <kind>', 'only this kind').choices(codesOf(EVENT_KINDS)))
    .addOption(new Option('--severity <severity>', 'only this severity').choices(codesOf(SEVERITIES)))
    .option('--camera <id>', 'only this camera')
    .option('--zone <id>', 'only this zone')
    .option('--rule <name>', 'only this rule')
    .option('--rule-type <type>', 'only rules of this type, such as spill')
    .addOption(new Option('--state <state>', 'only open or closed ones').choices(['open', 'closed']))
    .option('--since <duration>', 'only events that changed in the last hours or days, such as 8h or 7d')
    .option('--until <duration>', 'only events that opened at least so long ago, such as 2h');
}

/** The filter that the options describe. Throws UsageError. */
export async function filterOf(options: FilterOptions, nowMs: number): Promise<EventFilter> {
  const { kind, severity, camera, zone, rule, ruleType, state, since, until } = options;
  return {
    ...(kind === undefined ? {} : { kind }),
    ...(severity === undefined ? {} : { severity }),
    ...(camera === undefined ? {} : { camera }),
    ...(zone === undefined ? {} : { zone }),
    ...(rule === undefined ? {} : { rule }),
    ...(ruleType === undefined ? {} : { ruleType: await knownType(ruleType) }),
    ...(state === undefined ? {} : { state }),
    ...(since === undefined ? {} : { since: nowMs - (await durationOf('--since', since)) }),
    ...(until === undefined ? {} : { until: nowMs - (await durationOf('--until', until)) }),
  };
}

async function knownType(type: string): Promise<string> {
  const { RULE_TYPES } = await import('../rules/index.ts');
  if (RULE_TYPES.includes(type)) return type;
  throw new UsageError(`--rule-type ${type} is no type of rule`, `write one of ${RULE_TYPES.join(', ')}`);
}

async function durationOf(option: string, text: string): Promise<number> {
  const { parseDuration } = await import('../fields/index.ts');
  const ms = parseDuration(text);
  if (ms !== undefined) return ms;
  throw new UsageError(
    `${option} ${text} is not a duration`,
    'write a duration such as 8h or 7d; see lineside events list --help',
  );
}

/** Opens the events of the data folder for `use`, beside a running service or without one, and closes them again. */
export async function withEvents<T>(context: Context, use: (reader: EventReader) => Promise<T>): Promise<T> {
  const [{ openEventReader }, { journalPath }] = await Promise.all([
    import('../events/reading.ts'),
    import('../journal/reading.ts'),
  ]);
  const reader = openEventReader(journalPath(context.dataDir));
  try {
    return await use(reader);
  } finally {
    reader.close();
  }
}
