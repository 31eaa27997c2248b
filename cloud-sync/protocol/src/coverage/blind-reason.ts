import type { TelemetryBody } from '../records/index.ts';
import { BLIND_REASONS, FAIL_REASONS, type Language, SKIP_REASONS, type Words } from '../vocabulary/index.ts';

const WORDS: Readonly<Record<string, Words>> = { ...SKIP_REASONS, ...FAIL_REASONS, ...BLIND_REASONS };

/** State of a camera that streams while a model gives no results; the counters tell why. */
export const NO_RESULTS = 'no_results';

/** `streaming` is the only state of a camera in which frames can be inspected. */
export function isStreaming({ state }: Pick<TelemetryBody, 'state'>): boolean {
  return state === 'streaming';
}

/** The reason code for a state that a device reports: `failed:refused` is `camera_refused`. */
export function reasonOfState(state: string): string {
  if (state === 'vision_down' || state === 'model_failed' || state === NO_RESULTS) return state;
  if (state === 'failed') return 'camera_unknown';
  return `camera_${state.replace(/^failed:/, '')}`;
}

/** A reason code in words; one that only a newer device knows is shown with spaces. */
export function reasonText(code: string, language: Language = 'en'): string {
  return WORDS[code]?.[language] ?? code.replace(/^camera_/, 'camera: ').replaceAll(/[^A-Za-z0-9:]+/g, ' ');
}

/** The reason that was counted most between two samples of the same process; undefined when none was. */
export function mostCounted(
  before: Readonly<Record<string, number>>,
  after: Readonly<Record<string, number>>,
): string | undefined {
  const risen = Object.entries(after).map(([code, count]) => ({ code, count: count - (before[code] ?? 0) }));
  const [first] = risen.filter(({ count }) => count > 0).toSorted((a, b) => b.count - a.count);
  return first?.code;
}
