import { type PackRow, sumOfPacks } from './packs/judge-packs.ts';
import { PACKS_KIND } from './packs/pack-cells.ts';
import type { AccuracyResult, KeptKinds } from './result.ts';

/**
 * The kinds that `added` measured in place of those of `before`; what it did not measure stays, and says with which models
 * it was measured where these are others. Of packs each condition is replaced by itself, of events a kind with all of its
 * conditions.
 */
export function mergeResults(before: AccuracyResult, added: AccuracyResult): AccuracyResult {
  const measured = new Set(added.events.map(({ kind }) => kind));
  const order = [...new Set([...before.events, ...added.events].map(({ kind }) => kind))];
  const rowsOf = (kind: string): AccuracyResult['events'] =>
    (measured.has(kind) ? added : before).events.filter((row) => row.kind === kind);
  const packs = mergedPacks(before.packs ?? [], added.packs ?? []);
  const hasEvents = added.events.length > 0;
  return {
    ...added,
    secondsPerKind: hasEvents ? added.secondsPerKind : before.secondsPerKind,
    events: order.flatMap(rowsOf),
    ...(packs.length === 0 ? {} : { packs }),
    films: added.films.length > 0 ? added.films : before.films,
    counts: added.counts.length > 0 ? added.counts : before.counts,
    ...keptOf(before, added, order),
  };
}

function keptOf(before: AccuracyResult, added: AccuracyResult, kinds: readonly string[]): Pick<AccuracyResult, 'kept'> {
  const now = new Set([...added.events.map(({ kind }) => kind), ...(added.packs === undefined ? [] : [PACKS_KIND])]);
  const stays = (kind: string): boolean => !now.has(kind);
  const earlier = (before.kept ?? []).map((one) => ({ ...one, kinds: one.kinds.filter(stays) }));
  const known = new Set(earlier.flatMap((one) => one.kinds));
  const all = [...kinds, ...(before.packs === undefined ? [] : [PACKS_KIND])];
  const last: KeptKinds = {
    kinds: all.filter((kind) => stays(kind) && !known.has(kind)),
    modelVersions: before.modelVersions,
  };
  const isSame = JSON.stringify(last.modelVersions) === JSON.stringify(added.modelVersions);
  const kept = [...earlier, ...(isSame ? [] : [last])].filter((one) => one.kinds.length > 0);
  return kept.length === 0 ? {} : { kept };
}

/** In the order of `before`, new conditions after them, and all of them together at the end. */
function mergedPacks(before: readonly PackRow[], added: readonly PackRow[]): readonly PackRow[] {
  const rows = new Map<string, PackRow>();
  for (const row of [...before, ...added]) if (row.condition !== 'all') rows.set(row.condition, row);
  if (rows.size === 0) return [];
  const all = [...rows.values()];
  const seconds = all.reduce((sum, row) => sum + row.seconds, 0);
  return [...all, { condition: 'all', seconds, ...sumOfPacks(all) }];
}
