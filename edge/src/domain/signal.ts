/** What a signal's value can be. */
export const SIGNAL_TYPES = ['number', 'boolean', 'text'] as const;
export type SignalType = (typeof SIGNAL_TYPES)[number];
export type SignalValue = number | boolean | string;

/** Why a signal has no value: its source reports it as bad, or nobody can tell what it is now. */
export const BAD_REASONS = ['bad_quality', 'wrong_type', 'out_of_range'] as const;
export const STALE_REASONS = ['never_received', 'too_old', 'source_lost'] as const;
export type StaleReason = (typeof STALE_REASONS)[number];

/**
 * What is known of a signal. Bad and stale are values of their own: the last good value is never given in their place.
 * The reason of a bad one is one of BAD_REASONS, or what its source says.
 */
export type SignalReading =
  | { readonly state: 'good'; readonly value: SignalValue }
  | { readonly state: 'bad'; readonly reason: string }
  | { readonly state: 'stale'; readonly reason: StaleReason };

/** One value of the plant: a weight, a counter, a product code, the state of the line. */
export interface Signal {
  readonly id: string;
  readonly type: SignalType;
  /** For people: `g`, `pcs/min`. */
  readonly unit?: string;
  /** Where it comes from, without secrets. */
  readonly source: string;
  readonly reading: SignalReading;
  /** Monotonic ms of this device at which the reading came to be; of a signal that was never received, 0. */
  readonly atMs: number;
  /** The same by the wall clock, as a label. */
  readonly wallMs: number;
  /** Rises by one with each reading that was received; 0 before the first. */
  readonly sample: number;
  /** Rises when the source was lost and is back: two samples say something about a change only within one epoch. */
  readonly epoch: number;
}

/** The value of a number signal; undefined where it is bad, stale, of another type, or where there is no such signal. */
export function numberOf(signal: Signal | undefined): number | undefined {
  const value = valueOf(signal);
  return typeof value === 'number' ? value : undefined;
}

/** The value of a text signal as above. */
export function textOf(signal: Signal | undefined): string | undefined {
  const value = valueOf(signal);
  return typeof value === 'string' ? value : undefined;
}

/** The value of a boolean signal as above. */
export function booleanOf(signal: Signal | undefined): boolean | undefined {
  const value = valueOf(signal);
  return typeof value === 'boolean' ? value : undefined;
}

/** The value of a signal that is good, or undefined. */
export function valueOf(signal: Signal | undefined): SignalValue | undefined {
  return signal?.reading.state === 'good' ? signal.reading.value : undefined;
}
