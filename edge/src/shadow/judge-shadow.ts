import type { ShadowFigures, Side } from './comparison.ts';

/** Fewer results say nothing. */
export const LEAST_RESULTS = 50;
const FAILED_MORE = 0.02;
const FOUND_LEAST = 0.95;
const UNSTEADY_MORE = 0.03;
/** Of fewer detections no fraction is taken. */
const SEEN_LEAST = 30;
/** More than it adds at most, beside what the current model sees steadily. */
const ADDED_FRACTION = 0.5;
const ADDED_SOME = 5;

/**
 * Why a new model does not go on to its trial; undefined where it does. It must fail no more often, see what the current one sees
 * steadily, be as steady, and add no more than half of what is there: where it adds more, one of the two is wrong, and a person decides.
 */
export function judgeShadow(figures: ShadowFigures): string | undefined {
  const { results, steady, found, added, failed, seen } = figures;
  if (results < LEAST_RESULTS) {
    return `only ${results} frames were inspected by both models, and ${LEAST_RESULTS} are needed`;
  }
  const problems: string[] = [];
  const [failedNow, failedOld] = [
    failed.candidate / (failed.candidate + results),
    failed.current / (failed.current + results),
  ];
  if (failedNow > failedOld + FAILED_MORE)
    problems.push(`${percent(failedNow)} of its frames failed, ${percent(failedOld)} of the current model`);
  const [now, old] = [unsteadyOf(figures, 'candidate'), unsteadyOf(figures, 'current')];
  if (steady > ADDED_SOME && found < steady * FOUND_LEAST) {
    problems.push(
      `it sees ${percent(found / steady)} of what the current model sees steadily, and ${percent(FOUND_LEAST)} are needed`,
    );
    // So looks a model that invents things, and also a mediocre one beside a blind one: a hint for a person, no verdict.
    if (old > now + UNSTEADY_MORE) {
      problems.push(
        `the current model is the less steady one (${percent(old)} of its detections, ${percent(now)}) and may see what is not there: the pictures show which`,
      );
    }
  }
  if (seen.candidate >= SEEN_LEAST && now > old + UNSTEADY_MORE) {
    problems.push(`${percent(now)} of its detections are unsteady, ${percent(old)} of the current model's`);
  }
  if (added > Math.max(ADDED_SOME, steady * ADDED_FRACTION)) {
    problems.push(`it sees ${added} times something steadily that the current model does not see, beside ${steady}`);
  }
  return problems.length === 0 ? undefined : problems.join('; ');
}

/** Whether the cameras have shown enough to compare two models by: what one of them sees steadily. */
export function showsEnough({ steady, added }: ShadowFigures): boolean {
  return steady + added >= SEEN_LEAST;
}

/** Unsteady detections as a fraction of all. */
export function unsteadyOf({ unsteady, seen }: ShadowFigures, side: Side): number {
  return seen[side] === 0 ? 0 : unsteady[side] / seen[side];
}

/** The figures of several cameras together. */
export function addFigures(all: readonly ShadowFigures[]): ShadowFigures {
  const sum = (pick: (one: ShadowFigures) => number): number => all.reduce((total, one) => total + pick(one), 0);
  const both = (pick: (one: ShadowFigures) => Readonly<Record<Side, number>>): Record<Side, number> => ({
    current: sum((one) => pick(one).current),
    candidate: sum((one) => pick(one).candidate),
  });
  return {
    results: sum(({ results }) => results),
    differing: sum(({ differing }) => differing),
    steady: sum(({ steady }) => steady),
    found: sum(({ found }) => found),
    added: sum(({ added }) => added),
    seen: both(({ seen }) => seen),
    unsteady: both(({ unsteady }) => unsteady),
    failed: both(({ failed }) => failed),
  };
}

function percent(fraction: number): string {
  return `${Math.round(fraction * 1000) / 10} %`;
}
