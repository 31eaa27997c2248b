import type { ReplayTally } from '../../edge/src/app/index.ts';
import type { ReportedEvent } from '../../edge/src/event-accuracy/index.ts';

/** One report for each item that a rule counted. An item that is taken back is a report of what did not happen. */
export function countedItems(tallies: readonly ReplayTally[]): readonly ReportedEvent[] {
  return tallies
    .filter(({ name }) => name === 'counted')
    .flatMap(({ camera, rule, label, count, atMs }, index) =>
      Array.from({ length: Math.abs(count) }, (_, item) => ({
        ...{ id: `${index}.${item}`, camera, rule, label, openedMs: atMs, closedMs: atMs },
        kind: count > 0 ? 'production' : 'taken back',
      })),
    );
}
