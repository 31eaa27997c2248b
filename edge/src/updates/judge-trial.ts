/** What one model did for one camera in a period. */
export interface LaneWindow {
  readonly camera: string;
  readonly model: string;
  readonly offered: number;
  readonly inspected: number;
  readonly failed: number;
  readonly p95Ms?: number | undefined;
  /** Detections in the results that were sampled; left out for a model of anomalies, which sees nothing while all is well. */
  readonly seen?: number | undefined;
  /** Sampled results that had a detection. */
  readonly shown?: number | undefined;
  /** Every result that was sampled had the same detections, and there were some. */
  readonly constant: boolean;
}
export type HealthWindow = readonly LaneWindow[];

/** Fewer results than this say nothing. */
const FEW = 20;
/** Fewer detections than this say nothing about how much a model sees: the camera may show nothing. */
const SEEN_LEAST = 30;
const INSPECTED_LESS = 0.1;
const FAILED_MORE = 0.02;
const SLOWER_TIMES = 1.5;
const SLOWER_MS = 30;
const DETECTIONS_TIMES = 4;

/**
 * Whether what a model sees could be compared. `compared`: on every camera that showed enough before. `waiting`: some of them have not
 * shown enough since. `nothing_before`: no camera had shown enough before. `not_needed`: there was no model before that reports objects.
 */
export type Sight = 'compared' | 'waiting' | 'nothing_before' | 'not_needed';

export interface TrialJudgement {
  /** False while no camera has given enough results to be judged by. */
  readonly decided: boolean;
  /** What is worse, in words. */
  readonly problems: readonly string[];
  /** Cameras that give fewer frames than they did, or none although they are new; a configuration may be why, a model is not. */
  readonly silent: readonly string[];
  readonly sight: Sight;
  /** Cameras of which enough was seen before and not yet since. */
  readonly unseen: readonly string[];
  /** How many cameras were compared by what is seen. */
  readonly compared: number;
}

/**
 * Compares a trial with what the line did before, camera by camera. How much a model sees is compared only where the camera has shown
 * enough in both periods, and by results that show something: a scene that was empty for a while speaks for nothing.
 */
export function judgeTrial(before: HealthWindow, trial: HealthWindow): TrialJudgement {
  const judged = trial.filter(({ offered }) => offered >= FEW);
  const oldOf = (now: LaneWindow): LaneWindow | undefined =>
    before.find(({ camera, model }) => camera === now.camera && model === now.model);
  const problems = judged.flatMap((now) =>
    compare(oldOf(now), now).map((problem) => `${now.camera}, ${now.model}: ${problem}`),
  );
  const silent = trial.filter(({ offered }) => offered < FEW).flatMap((now) => deliversLess(before, now));
  const pairs = trial.flatMap((now) => {
    const old = oldOf(now);
    return old !== undefined && old.inspected > 0 && old.seen !== undefined ? [{ now, old }] : [];
  });
  const shownBefore = pairs.filter(({ old }) => showsEnough(old));
  const unseen = shownBefore.filter(({ now }) => !showsEnough(now)).map(({ now }) => now.camera);
  const compared = shownBefore.length - unseen.length;
  return { decided: judged.length > 0, problems, silent, sight: sightOf(pairs, shownBefore, unseen), unseen, compared };
}

function sightOf(pairs: readonly object[], shownBefore: readonly object[], unseen: readonly string[]): Sight {
  if (pairs.length === 0) return 'not_needed';
  if (shownBefore.length === 0) return 'nothing_before';
  return unseen.length === 0 ? 'compared' : 'waiting';
}

/** Whether a camera has shown enough to compare models by. */
export function showsEnough({ seen = 0 }: LaneWindow): boolean {
  return seen >= SEEN_LEAST;
}

/** A camera that gave few frames before is no worse; one that is new must give some. */
function deliversLess(before: HealthWindow, { camera, model, offered }: LaneWindow): readonly string[] {
  const old = before.find((one) => one.camera === camera && one.model === model);
  const isSlow = old !== undefined && old.offered < FEW && (offered > 0 || old.offered === 0);
  if (isSlow) return [];
  return [`${camera}, ${model}: ${offered} frames${old === undefined ? '' : `, ${old.offered} before`}`];
}

function compare(old: LaneWindow | undefined, now: LaneWindow): readonly string[] {
  const problems: string[] = [];
  const inspected = now.inspected / now.offered;
  const failed = now.failed / now.offered;
  if (now.inspected === 0) return ['no result at all'];
  if (now.constant && old?.constant !== true) problems.push('every result is the same');
  // A camera that did not deliver before has nothing to be compared with.
  if (old === undefined || old.offered < FEW) {
    if (failed > FAILED_MORE) problems.push(`${percent(failed)} of the frames failed`);
    return problems;
  }
  const before = { inspected: old.inspected / old.offered, failed: old.failed / old.offered };
  if (inspected < before.inspected - INSPECTED_LESS) {
    problems.push(`${percent(inspected)} of the frames inspected, ${percent(before.inspected)} before`);
  }
  if (failed > before.failed + FAILED_MORE) {
    problems.push(`${percent(failed)} of the frames failed, ${percent(before.failed)} before`);
  }
  if (now.p95Ms !== undefined && old.p95Ms !== undefined && now.p95Ms > old.p95Ms * SLOWER_TIMES + SLOWER_MS) {
    problems.push(`latency ${now.p95Ms.toFixed(0)} ms (p95), ${old.p95Ms.toFixed(0)} ms before`);
  }
  if (showsEnough(old) && showsEnough(now)) {
    const [many, few] = [perShown(now), perShown(old)];
    if (Math.max(many, few) > Math.min(many, few) * DETECTIONS_TIMES) {
      problems.push(`${many.toFixed(2)} detections in a result that has any, ${few.toFixed(2)} before`);
    }
  }
  return problems;
}

/** Detections of a result that has any. */
function perShown({ seen = 0, shown = 0 }: LaneWindow): number {
  return seen / Math.max(1, shown);
}

function percent(fraction: number): string {
  return `${Math.round(fraction * 100)} %`;
}
