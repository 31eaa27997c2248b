import { compareEvents, type EventComparison, foldReplay } from './compare-events.ts';
import type { ReplayEvent, ReplayOptions, ReplaySummary } from './options.ts';
import { replay } from './replay.ts';

export interface CompareOptions extends Omit<ReplayOptions, 'onEvent' | 'dataDir'> {
  /** Absolute path of the changed configuration. */
  readonly changedConfigPath: string;
}

export interface ReplayComparison extends EventComparison {
  readonly before: ReplaySummary;
  readonly after: ReplaySummary;
}

/**
 * What another configuration would have made of the same recordings. Both are replayed completely, one after the other:
 * what differs is what the configuration changes. Throws ConfigError, LinesideError.
 */
export async function compareReplay(options: CompareOptions): Promise<ReplayComparison> {
  const { changedConfigPath, ...common } = options;
  const run = async (configPath: string): Promise<{ summary: ReplaySummary; events: readonly ReplayEvent[] }> => {
    const events: ReplayEvent[] = [];
    const summary = await replay({ ...common, configPath, onEvent: (event) => events.push(event) });
    return { summary, events };
  };
  const before = await run(options.configPath);
  const after = await run(changedConfigPath);
  const comparison = compareEvents(foldReplay(before.events), foldReplay(after.events));
  return { ...comparison, before: before.summary, after: after.summary };
}
