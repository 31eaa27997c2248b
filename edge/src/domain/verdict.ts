/** What was found of one piece. `no_result` is never good: nobody knows what the piece is. */
export const PIECE_RESULTS = ['ok', 'nok', 'no_result'] as const;
export type PieceResult = (typeof PIECE_RESULTS)[number];

/** Why a piece is `nok` or has no result. Their places in this list are codes on the wire: new ones are added at the end. */
export const VERDICT_REASONS = [
  'none',
  'defect',
  'missing_part',
  'wrong_part',
  'anomaly',
  'code_wrong',
  'code_missing',
  'code_unreadable',
  'undecided',
  'too_few_frames',
  'not_inspected',
] as const;
export type VerdictReason = (typeof VERDICT_REASONS)[number];

/** What one rule, or all rules together, say of one piece. */
export interface PieceVerdict {
  readonly result: PieceResult;
  readonly reason: VerdictReason;
}

const RANK: Readonly<Record<PieceResult, number>> = { no_result: 0, ok: 1, nok: 2 };

/** Of two verdicts in the course of time the one that counts: what was `nok` stays `nok`, and `ok` is not taken back by silence. */
export function laterVerdict(before: PieceVerdict | undefined, after: PieceVerdict): PieceVerdict {
  return before === undefined || RANK[after.result] > RANK[before.result] ? after : before;
}

/** What several rules say together: one `nok` is enough, and `ok` needs all of them. Without any rule there is no result. */
export function jointVerdict(verdicts: readonly (PieceVerdict | undefined)[]): PieceVerdict {
  const bad = verdicts.find((verdict) => verdict?.result === 'nok');
  if (bad !== undefined) return bad;
  const missing = verdicts.find((verdict) => verdict?.result !== 'ok');
  if (verdicts.length === 0 || verdicts.includes(undefined)) return UNDECIDED;
  return missing ?? { result: 'ok', reason: 'none' };
}

export const UNDECIDED: PieceVerdict = { result: 'no_result', reason: 'undecided' };
