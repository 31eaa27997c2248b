import { checkConfig, type Config, type ConfigSources, type LoadedConfig } from '../config/index.ts';
import type { Inspection } from '../domain/index.ts';
import { readResults } from '../history/index.ts';
import { definitionOf } from '../rules/index.ts';
import { compareEvents, type EventChange, foldReplay, type ReplayedEvent } from './compare-events.ts';
import type { ReplayEvent } from './options.ts';
import { replayLoaded } from './replay.ts';

/** What a preview is made from; it can be sent to another process. */
export interface PreviewTask {
  readonly camera: string;
  /** Absolute path of the configuration file; texts are checked as if they stood there. */
  readonly path: string;
  readonly before: string;
  readonly after: string;
  readonly catalog: ConfigSources['catalog'];
  readonly importedDir: string;
  /** Results as they are kept, oldest first. */
  readonly results: readonly (string | Uint8Array)[];
  /** Results before this are left out, on the clock of the frames. */
  readonly sinceMs: number;
  /** Wall time at 0 of that clock. */
  readonly wallZeroMs: number;
}

/** An event of a preview; times are wall times. */
export interface PreviewedEvent extends Pick<ReplayedEvent, 'rule' | 'kind' | 'label' | 'zone' | 'severity'> {
  readonly openedAtMs: number;
  /** Absent where it was open at the end. */
  readonly closedAtMs?: number;
}

export type PreviewedChange =
  | { readonly change: 'added' | 'removed'; readonly event: PreviewedEvent }
  | {
      readonly change: 'changed';
      readonly before: PreviewedEvent;
      readonly after: PreviewedEvent;
      readonly fields: readonly string[];
    };

/** What a changed configuration would have reported otherwise of what a camera has seen. */
export interface RulePreview {
  readonly camera: string;
  /** Wall times of the first and the last result. */
  readonly fromAtMs: number;
  readonly toAtMs: number;
  readonly results: number;
  /** The newest of them at most. */
  readonly changes: readonly PreviewedChange[];
  readonly counts: Readonly<Record<'added' | 'removed' | 'changed' | 'unchanged', number>>;
  /** Events of each rule, as configured now and with the change. */
  readonly rules: readonly { readonly rule: string; readonly before: number; readonly after: number }[];
  /** Rules that cannot be judged from results alone: they read signals, or have packs read. */
  readonly leftOut: readonly string[];
}

const MOST_CHANGES = 200;

/**
 * Judges the kept results of a camera twice, with the configuration as it is and with the changed one, by the rules themselves.
 * Both start with nothing pending, so that what differs is what the change does. Throws ConfigError, LinesideError.
 */
export async function previewRules(task: PreviewTask, signal: AbortSignal): Promise<RulePreview> {
  const { camera, path, catalog, importedDir, results, sinceMs, wallZeroMs } = task;
  const leftOut = new Set<string>();
  const load = (text: string): LoadedConfig => ofCamera(checkConfig(text, { catalog, env: {}, path }), camera, leftOut);
  const [before, after] = [load(task.before), load(task.after)];
  const inspections = [...readResults(results, sinceMs)];
  const firstMs = inspections[0]?.frame.atMs ?? sinceMs;
  const moved = inspections.map((one) => ({ ...one, frame: { ...one.frame, atMs: one.frame.atMs - firstMs } }));
  const startsAtMs = wallZeroMs + firstMs;
  const run = async (loaded: LoadedConfig): Promise<readonly ReplayedEvent[]> => {
    const events: ReplayEvent[] = [];
    await replayLoaded(loaded, {
      ...{ configPath: path, sources: { catalog, env: {} }, version: '', recordings: [], importedDir, signal },
      ...{ inspections: ofKnownModels(moved, loaded.config, camera), startsAtMs },
      onEvent: (event) => events.push(event),
    });
    return foldReplay(events);
  };
  const [old, now] = [await run(before), await run(after)];
  const { changes, unchanged } = compareEvents(old, now);
  const count = (kind: string): number => changes.filter(({ change }) => change === kind).length;
  const ids = new Set([...before.config.rules, ...after.config.rules].map(({ id }) => id));
  return {
    camera,
    fromAtMs: startsAtMs,
    toAtMs: startsAtMs + (moved.at(-1)?.frame.atMs ?? 0),
    results: moved.length,
    changes: changes.slice(-MOST_CHANGES).map((change) => dated(change, startsAtMs)),
    counts: { added: count('added'), removed: count('removed'), changed: count('changed'), unchanged },
    rules: [...ids].map((rule) => ({
      rule,
      before: old.filter((event) => event.rule === rule).length,
      after: now.filter((event) => event.rule === rule).length,
    })),
    leftOut: [...leftOut],
  };
}

/** The configuration with this camera alone, and with those of its rules that need nothing but results. */
function ofCamera(loaded: LoadedConfig, id: string, leftOut: Set<string>): LoadedConfig {
  const { config } = loaded;
  const rules = config.rules.filter((rule) => {
    if (rule.camera !== id) return false;
    if (!needsMore(rule)) return true;
    leftOut.add(rule.id);
    return false;
  });
  return { ...loaded, config: { ...config, cameras: config.cameras.filter((camera) => camera.id === id), rules } };
}

function needsMore(rule: Config['rules'][number]): boolean {
  const { readsRegions = false, signalOptions = [] } = definitionOf(rule.type) ?? {};
  const options: Readonly<Record<string, unknown>> = { ...rule };
  return readsRegions || signalOptions.some(({ option }) => options[option] !== undefined);
}

/** Results of models that a camera does not have any more belong to no rule. */
function ofKnownModels(all: readonly Inspection[], config: Config, id: string): readonly Inspection[] {
  const models = new Set(
    config.cameras.flatMap((camera) => (camera.id === id ? camera.models.map((model) => model.id) : [])),
  );
  return all.filter(({ model }) => models.has(model));
}

function dated(change: EventChange, startsAtMs: number): PreviewedChange {
  const event = ({ rule, kind, label, zone, severity, openedMs, closedMs }: ReplayedEvent): PreviewedEvent => ({
    ...{ rule, kind, label, severity, openedAtMs: startsAtMs + openedMs },
    ...(zone === undefined ? {} : { zone }),
    ...(closedMs === undefined || !Number.isFinite(closedMs) ? {} : { closedAtMs: startsAtMs + closedMs }),
  });
  return change.change === 'changed'
    ? { change: 'changed', before: event(change.before), after: event(change.after), fields: change.fields }
    : { change: change.change, event: event(change.event) };
}
