import type { CameraConfig, Config } from '../config/index.ts';
import type { Inspection } from '../domain/index.ts';
import { laneSetup } from './lane-setup.ts';
import type { LineModel } from './models.ts';

/** What one threshold makes of a recording of ordinary work, in which every event is taken for a false one. */
export interface ThresholdRow {
  readonly minScore: number;
  readonly events: number;
  /** Fraction of the recording in which an event was open. */
  readonly openFraction: number;
}

export interface RuleStudy {
  readonly rule: string;
  /** As configured now. */
  readonly minScore: number;
  readonly rows: readonly ThresholdRow[];
  /** The lowest threshold without an event, one step up for safety; undefined where even the highest makes events. */
  readonly proposed: number | undefined;
  /** With no event in so long, there are at most so many per hour with 95 % confidence (the rule of three). */
  readonly atMostPerHour: number;
}

const STEP = 0.05;
const HIGHEST = 0.95;
const HOUR_MS = 3_600_000;

/**
 * Judges recorded inspections of one camera again with each threshold of each of its rules. The models are not run again:
 * thresholds are those of the rules (`minScore`), above the least scores of the models.
 */
export function studyThresholds(
  config: Config,
  camera: CameraConfig,
  models: readonly LineModel[],
  inspections: readonly Inspection[],
): readonly RuleStudy[] {
  const lengthMs = lengthOf(inspections);
  return config.rules
    .flatMap((rule) => (rule.camera === camera.id && 'minScore' in rule ? [rule] : []))
    .map((rule) => {
      const candidates = thresholdsFrom(rule.minScore);
      const rows = candidates.map((minScore) => {
        const changed: Config = { ...config, rules: [{ ...rule, minScore }] };
        return { minScore, ...judge(changed, camera, models, inspections, lengthMs) };
      });
      const quiet = rows.findIndex((row, n) => rows.slice(n).every(({ events }) => events === 0) && row.events === 0);
      // Where the first is quiet already, nothing need change.
      const at = quiet <= 0 ? quiet : Math.min(rows.length - 1, quiet + 1);
      return {
        ...{ rule: rule.id, minScore: rule.minScore, rows, proposed: rows[at]?.minScore },
        atMostPerHour: lengthMs > 0 ? (3 * HOUR_MS) / lengthMs : Number.POSITIVE_INFINITY,
      };
    });
}

/** Events by rule that recorded inspections of one camera make with a configuration. */
export function countEvents(
  config: Config,
  camera: CameraConfig,
  models: readonly LineModel[],
  inspections: readonly Inspection[],
): ReadonlyMap<string, number> {
  const rules = config.rules.filter((rule) => rule.camera === camera.id);
  const lengthMs = lengthOf(inspections);
  return new Map(
    rules.map((rule) => [rule.id, judge({ ...config, rules: [rule] }, camera, models, inspections, lengthMs).events]),
  );
}

function thresholdsFrom(lowest: number): readonly number[] {
  const steps = Math.max(0, Math.round((HIGHEST - lowest) / STEP));
  return [...new Set([lowest, ...Array.from({ length: steps + 1 }, (_, n) => round(HIGHEST - n * STEP))])]
    .filter((score) => score >= lowest)
    .toSorted((a, b) => a - b);
}

function round(score: number): number {
  return Math.round(score * 100) / 100;
}

function judge(
  config: Config,
  camera: CameraConfig,
  models: readonly LineModel[],
  inspections: readonly Inspection[],
  lengthMs: number,
): Omit<ThresholdRow, 'minScore'> {
  const lane = laneSetup(config, camera, models, 'recording', {});
  let events = 0;
  let openMs = 0;
  const opened = new Map<string, number>();
  let lastMs = 0;
  for (const inspection of inspections) {
    const model = lane.models.find(({ id }) => id === inspection.model);
    if (model === undefined) continue;
    const { frame, result } = inspection;
    lastMs = frame.atMs;
    const tracks = result.status === 'no_result' ? undefined : model.tracker.update(inspection);
    for (const rule of model.rules) {
      for (const output of rule.step({ frame, tracks })) {
        const key = `${output.rule}/${output.key}`;
        if (output.phase === 'opened') {
          events += 1;
          opened.set(key, frame.atMs);
        } else if (output.phase === 'closed') {
          openMs += frame.atMs - (opened.get(key) ?? frame.atMs);
          opened.delete(key);
        }
      }
    }
  }
  for (const sinceMs of opened.values()) openMs += lastMs - sinceMs;
  return { events, openFraction: lengthMs > 0 ? Math.min(1, openMs / lengthMs) : 0 };
}

function lengthOf(inspections: readonly Inspection[]): number {
  const times = inspections.map(({ frame }) => frame.atMs);
  return times.length === 0 ? 0 : Math.max(...times) - Math.min(...times);
}
