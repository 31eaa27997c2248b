import type { LimitEffect } from '../../teaching/index.ts';
import { textTable } from './text-table.ts';

/** What each limit of the slider would do; the one that is set is marked. */
export function limitTable(slider: readonly LimitEffect[], now: LimitEffect): string {
  const rows = [...slider.filter(({ mads }) => mads !== now.mads), now].toSorted((a, b) => a.mads - b.mads);
  const part = (count: number | undefined, fraction: number | undefined): string =>
    count === undefined ? '-' : `${count} (${(100 * (fraction ?? 0)).toFixed(1)} %)`;
  return textTable({
    columns: ['limit (MADs)', 'good pieces above it', 'bad pieces found'],
    rows: rows.map((effect) => [
      `${effect.mads}${effect.mads === now.mads ? ' *' : ''}`,
      part(effect.false, effect.falseFraction),
      part(effect.found, effect.foundFraction),
    ]),
  });
}
