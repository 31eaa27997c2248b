/**
 * What became of pieces and of rejects; each only rises. `pieces` = passed + due + cancelled + those in transit, and
 * `due` = done + late + missed + those that are being written. `stopped` are among the passed.
 */
export interface OutputCounts {
  readonly pieces: number;
  readonly ok: number;
  readonly nok: number;
  readonly noResult: number;
  /** Arrived, and not to be rejected. */
  readonly passed: number;
  /** Arrived, and to be rejected; `safe` of them without a verdict. */
  readonly due: number;
  readonly safe: number;
  /** The output changed in time, too late, or not at all. */
  readonly done: number;
  readonly late: number;
  readonly missed: number;
  /** Not rejected because the output was not armed, or the place of the belt was lost. */
  readonly cancelled: number;
  /** Verdicts for pieces that had arrived already; the output did not change for them. */
  readonly lateVerdicts: number;
  /** Good pieces that were at the output while another one was rejected. */
  readonly alongside: number;
}

export const NO_COUNTS: OutputCounts = {
  ...{ pieces: 0, ok: 0, nok: 0, noResult: 0, passed: 0, due: 0, safe: 0 },
  ...{ done: 0, late: 0, missed: 0, cancelled: 0, lateVerdicts: 0, alongside: 0 },
};
