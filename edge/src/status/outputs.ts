import type { BucketCounts } from '@lineside/kit';

/** An output of the plant, for people and programs. Times are milliseconds. */
export interface OutputView {
  readonly id: string;
  readonly camera: string;
  /** Of the controller, without secrets. */
  readonly url: string;
  /** `ready`, or why it is not. */
  readonly readiness: string;
  readonly armed: boolean;
  readonly connected: boolean;
  readonly problem?: string;
  /** Products between the line in the picture and the output. */
  readonly inTransit: number;
  readonly counts?: Readonly<Record<OutputCount, number>>;
  readonly newest?: { readonly piece: number; readonly result: string; readonly reason: string };
  /** Results for the controller; absent where they are not acknowledged. */
  readonly results?: Readonly<Record<'offered' | 'taken' | 'untaken' | 'overrun', number>>;
  /** From the moment at which a product was at the line in the picture to its verdict. */
  readonly decisionMs?: OutputLatency;
  /** From there until the result stood in the registers of the controller. */
  readonly resultMs?: OutputLatency;
  /** From the arrival of a product at the output to the change of the output. */
  readonly latenessMs?: OutputLatency;
}

/** Quantiles of the latest 512, the largest of all, and the counts of all. */
export interface OutputLatency {
  readonly p50: number;
  readonly p99: number;
  readonly max: number;
  readonly buckets: BucketCounts;
}

type OutputCount =
  | 'pieces'
  | 'ok'
  | 'nok'
  | 'noResult'
  | 'passed'
  | 'due'
  | 'safe'
  | 'done'
  | 'late'
  | 'missed'
  | 'cancelled'
  | 'lateVerdicts'
  | 'alongside';

/** What a person writes to a controller by hand, for the audit. */
export interface PlantWrite {
  /** Without secrets. */
  readonly url: string;
  /** The value before, in words, and the one that is written. */
  readonly from: string;
  readonly to: string;
  readonly by: string;
}
