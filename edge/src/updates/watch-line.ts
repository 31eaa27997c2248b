import type { Clock } from '@lineside/kit';
import { type HealthWindow, judgeTrial, showsEnough, type TrialJudgement } from './judge-trial.ts';
import type { UpdatePorts } from './ports.ts';
import type { UpdateTimes } from './update-machine.ts';

export interface WatchParts {
  readonly ports: Pick<UpdatePorts, 'line' | 'configuration'>;
  readonly clock: Clock;
  readonly times: UpdateTimes;
  /** Says that the line is watched longer than usual, and why. */
  readonly waits: (message: string) => Promise<void>;
}

/** What a trial is about. */
export interface Trial {
  /** Id of the model; undefined for a configuration. */
  readonly id: string | undefined;
  readonly baseline: HealthWindow;
  /** Whether the collector was reached before. */
  readonly connected: boolean;
  /** Whether the shadow has compared the model with the one before. */
  readonly comparedInShadow: boolean;
}

/** How a trial ended. */
export interface TrialEnd {
  /** What is worse than before; undefined where the update stays. */
  readonly problem?: string;
  /** What could not be compared, where the update stays nevertheless. */
  readonly notCompared?: string;
}

/** For all that needs results, a trial lasts at most so many times as long. */
const TRIAL_TIMES = 10;
/** A model that does not run for so long during its trial has failed. */
const FAILED_MS = 30_000;
/** For a model to give its first result after the swap; from then on its trial counts. */
const READY_MS = 60_000;
const READY_TIMES = 5;
/** For a camera to deliver again after a change of the configuration, beyond the trial. */
const CONNECT_MS = 60_000;

/**
 * Figures of the line before a swap: over the usual time, and longer, up to the limit of a trial, where `needsSight` and no camera
 * has shown enough to compare a model by.
 */
export async function watchBaseline(
  parts: WatchParts,
  { id, needsSight }: { readonly id: string | undefined; readonly needsSight: boolean },
  signal: AbortSignal,
): Promise<HealthWindow> {
  const { ports, clock, times, waits } = parts;
  const watch = ports.line.watch(id);
  const beganMs = clock.monoMs();
  let isWaiting = false;
  try {
    await clock.sleep(times.baselineMs, signal);
    for (;;) {
      const figures = [...watch.figures()];
      const canShow = figures.some(({ inspected, seen }) => inspected > 0 && seen !== undefined);
      const isLate = clock.monoMs() - beganMs >= times.limitMs;
      if (!needsSight || !canShow || isLate || figures.some(showsEnough)) return figures;
      if (!isWaiting) await waits('it waits until the cameras show something to compare the new model by');
      isWaiting = true;
      await clock.sleep(times.lookMs, signal);
    }
  } finally {
    watch.end();
  }
}

/**
 * Watches the line after a swap until it can be judged. A model is also judged by what it sees, which may take until its cameras show
 * something; at the limit `times.notCompared` decides. No results in time count as worse.
 */
export async function watchTrial(parts: WatchParts, trial: Trial, signal: AbortSignal): Promise<TrialEnd> {
  const { ports, clock, times, waits } = parts;
  const { id } = trial;
  let watch = ports.line.watch(id);
  try {
    let beganMs = clock.monoMs();
    let isReady = false;
    let isWaiting = false;
    let failedMs: number | undefined;
    for (;;) {
      await clock.sleep(times.lookMs, signal);
      const spent = clock.monoMs() - beganMs;
      const failure = id === undefined ? undefined : ports.line.failure(id);
      failedMs = failure === undefined ? undefined : (failedMs ?? clock.monoMs());
      if (failure !== undefined && clock.monoMs() - (failedMs ?? 0) >= Math.min(FAILED_MS, times.trialMs)) {
        return { problem: failure };
      }
      const hasResult = watch.figures().some(({ inspected }) => inspected > 0);
      if (!isReady && (hasResult || spent >= Math.min(READY_MS, times.trialMs * READY_TIMES))) {
        // What was skipped while the model was loaded does not count against it.
        isReady = true;
        beganMs = clock.monoMs();
        watch.end();
        watch = ports.line.watch(id);
        continue;
      }
      if (!isReady || spent < times.trialMs) continue;
      const judgement = judgeTrial(trial.baseline, watch.figures());
      const over =
        id === undefined ? configurationEnd(parts, trial, judgement, spent) : modelEnd(parts, trial, judgement, spent);
      if (over !== undefined) return over;
      if (isWaiting || id === undefined || !judgement.decided) continue;
      isWaiting = true;
      await waits('its trial goes on until the cameras show something to compare it by');
    }
  } finally {
    watch.end();
  }
}

/** Undefined while it goes on. */
function configurationEnd(
  { ports, times }: WatchParts,
  { baseline, connected }: Trial,
  { decided, problems, silent }: TrialJudgement,
  spent: number,
): TrialEnd | undefined {
  if (decided && problems.length > 0) return { problem: problems.join('; ') };
  if (silent.length > 0) {
    // A camera that was opened anew may need a moment.
    const isLate = spent >= times.trialMs + Math.min(times.trialMs * 2, CONNECT_MS);
    return isLate ? { problem: silent.join('; ') } : undefined;
  }
  // The link may need a moment, above all where the configuration restarts it.
  const isCutOff = connected && ports.configuration.connected?.() === false;
  if (decided && !isCutOff) return {};
  if (decided && spent >= times.trialMs * 2) return { problem: 'the collector is not reached any more' };
  // Cameras that gave nothing before either prove nothing against the update.
  const hadResults = baseline.some(({ inspected }) => inspected > 0);
  if (!hadResults && spent >= times.trialMs * 2) return {};
  return spent >= times.trialMs * TRIAL_TIMES ? tooFew() : undefined;
}

/** Undefined while it goes on. */
function modelEnd(
  { times }: WatchParts,
  { comparedInShadow }: Trial,
  { decided, problems, sight, unseen, compared }: TrialJudgement,
  spent: number,
): TrialEnd | undefined {
  if (!decided) return spent >= times.trialMs * TRIAL_TIMES ? tooFew() : undefined;
  if (problems.length > 0) return { problem: problems.join('; ') };
  if (sight === 'compared' || sight === 'not_needed') return {};
  if (sight === 'nothing_before') {
    // Waiting would bring nothing to compare with.
    return comparedInShadow ? {} : notCompared(times, false, 'the cameras had shown nothing to compare it by');
  }
  if (spent < times.limitMs) return undefined;
  const what = `in its trial, ${[...new Set(unseen)].join(', ')} showed too little to compare it by`;
  return compared > 0 ? { notCompared: what } : notCompared(times, comparedInShadow, what);
}

/** What the configuration says about a model that a trial could not compare. */
function notCompared({ notCompared: rule }: UpdateTimes, comparedInShadow: boolean, what: string): TrialEnd {
  const stays = rule === 'keep' || (rule === 'afterShadow' && comparedInShadow);
  return stays ? { notCompared: what } : { problem: `${what} (updates.notCompared: ${rule})` };
}

function tooFew(): TrialEnd {
  return { problem: 'the cameras gave too few results to judge by' };
}
