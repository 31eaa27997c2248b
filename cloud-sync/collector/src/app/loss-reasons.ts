import type { LossRow } from '../records/index.ts';

/** Reasons that become labels of a metric. Devices choose the reasons, so their number is bounded. */
const MAX_REASONS = 20;

export interface ReasonCount {
  readonly reason: string;
  readonly count: number;
}

/** Sums over devices and streams of what was declared lost, for the most frequent reasons, largest first. */
export function lossesByReason(losses: readonly LossRow[], max = MAX_REASONS): readonly ReasonCount[] {
  const sums = new Map<string, number>();
  for (const { reason, count } of losses) sums.set(reason, (sums.get(reason) ?? 0) + count);
  return [...sums]
    .map(([reason, count]) => ({ reason, count }))
    .sort((a, b) => b.count - a.count)
    .slice(0, max);
}
