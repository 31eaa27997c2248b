/** What one model did for one camera in a period. */
export interface LaneWindow {
  readonly camera: string;
  readonly model: string;
  readonly offered: number;
  readonly inspected: number;
  readonly failed: number;
  readonly p95Ms?: number | undefined;
  readonly detectionsPerResult?: number | undefined;
  /** Every result that was sampled had the same detections, and there were some. */
  readonly constant: boolean;
}
export type HealthWindow = readonly LaneWindow[];

/** Fewer results than this say nothing. */
const FEW = 20;
const INSPECTED_LESS = 0.1;
const FAILED_MORE = 0.02;
const SLOWER_TIMES = 1.5;
const SLOWER_MS = 30;
const DETECTIONS_TIMES = 4;
const DETECTIONS_SOME = 0.5;

/**
 * Compares a trial with what the line did before, camera by camera. `problems` is what is worse, in words; `decided` is false
 * while no camera has given enough results to be judged by. `silent`: cameras that give fewer frames than they did, or none
 * although they are new; a configuration may be why, a model is not.
 */
export function judgeTrial(
  before: HealthWindow,
  trial: HealthWindow,
): { readonly decided: boolean; readonly problems: readonly string[]; readonly silent: readonly string[] } {
  const judged = trial.filter(({ offered }) => offered >= FEW);
  const problems = judged.flatMap((now) => {
    const old = before.find(({ camera, model }) => camera === now.camera && model === now.model);
    return compare(old, now).map((problem) => `${now.camera}, ${now.model}: ${problem}`);
  });
  const silent = trial.filter(({ offered }) => offered < FEW).flatMap((now) => deliversLess(before, now));
  return { decided: judged.length > 0, problems, silent };
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
  const [many, few] = [now.detectionsPerResult, old.detectionsPerResult];
  if (many !== undefined && few !== undefined) {
    const [low, high] = [Math.min(many, few), Math.max(many, few)];
    if (high > DETECTIONS_SOME && high > low * DETECTIONS_TIMES) {
      problems.push(`${many.toFixed(2)} detections a result, ${few.toFixed(2)} before`);
    }
  }
  return problems;
}

function percent(fraction: number): string {
  return `${Math.round(fraction * 100)} %`;
}
