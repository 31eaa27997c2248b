import type { SignalType, SignalValue } from '../domain/index.ts';

/** A signal of the plant as it is now. Without a `value` unless `state` is `good`. */
export interface SignalView {
  readonly id: string;
  readonly type: SignalType;
  readonly unit?: string;
  /** Without secrets. */
  readonly source: string;
  readonly state: 'good' | 'bad' | 'stale';
  readonly value?: SignalValue;
  /** Why it is bad or stale. */
  readonly reason?: string;
  /** How long it has been so; absent where it was never received. */
  readonly ageMs?: number;
  /** Since when, wall ms. */
  readonly atMs?: number;
  /** Readings received since the service started. */
  readonly samples: number;
}

/** What somebody sets a signal to. */
export type PushedReading =
  | { readonly signal: string; readonly value: SignalValue }
  | { readonly signal: string; readonly bad: string };
