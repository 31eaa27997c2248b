import type { CameraState, ModelStatus } from '../domain/index.ts';
import type { Inspecting } from './snapshot.ts';

/** What decides the word for one camera. Ages are monotonic milliseconds. */
export interface CameraFacts {
  readonly visionUp: boolean;
  readonly state: CameraState;
  /** Absent before the first frame. */
  readonly lastFrameAgeMs?: number;
  /** How far the newest frame came behind. */
  readonly behindMs?: number;
  /** Since the camera was last started: by the process, the configuration or a restart of the vision process. */
  readonly sinceStartMs: number;
  readonly models: readonly {
    readonly state: ModelStatus['state'];
    /** Age of the newest result, `degraded` included, `no_result` not; absent before the first. */
    readonly resultAgeMs?: number;
    readonly degraded: boolean;
    /** Instead of the camera's, for a model that looks less often. */
    readonly staleAfterMs?: number;
  }[];
  /** Older than this, a frame or a result counts for nothing. */
  readonly staleAfterMs: number;
  /** How long `starting` excuses the absence of results. */
  readonly graceMs: number;
}

/** Pictures that come later than this show what was, not what is. */
export const BEHIND_MS = 2_000;

/**
 * One word for a camera. `inspecting` only if every model of it has a fresh, undoubted result: silence is never taken
 * for health, nor are old pictures.
 */
export function inspectingWord(facts: CameraFacts): Inspecting {
  const fresh = facts.models.filter((model) => isFresh(model, facts));
  const seeing =
    facts.visionUp &&
    facts.state === 'streaming' &&
    facts.lastFrameAgeMs !== undefined &&
    facts.lastFrameAgeMs <= facts.staleAfterMs;
  if (seeing && fresh.length > 0) {
    const prompt = (facts.behindMs ?? 0) <= BEHIND_MS;
    const whole = prompt && fresh.length === facts.models.length && fresh.every((m) => !m.degraded);
    return whole ? 'inspecting' : 'degraded';
  }
  const hopeless =
    facts.state === 'failed' || facts.state === 'stopped' || facts.models.every((m) => m.state === 'failed');
  return !hopeless && facts.sinceStartMs < facts.graceMs ? 'starting' : 'blind';
}

/** Whether the newest result of a model still says what is. */
export function isFresh(model: CameraFacts['models'][number], { staleAfterMs }: CameraFacts): boolean {
  return model.resultAgeMs !== undefined && model.resultAgeMs <= (model.staleAfterMs ?? staleAfterMs);
}
