import type { Reading } from '../reading.ts';
import { boxTable, gridFits, looseTable } from '../recognition/box-table.ts';
import type { GraphFacts } from '../recognition/graph-facts.ts';
import { fitsClasses, shown } from '../recognition/shapes.ts';

/** One table of boxes with objectness, three boxes per cell of the grid. */
export function recognise(facts: GraphFacts): readonly Reading[] {
  const table = boxTable(facts);
  if (table === undefined) return [];
  const { output, second } = table;
  const common = { outputs: [output.name], layout: 'anchors_first' } as const;
  const onGrid = gridFits(facts, table).flatMap(({ fit, cells }): readonly Reading[] => {
    if (fit !== 'three per cell') return [];
    const reason = `${shown(output)}: three boxes per cell of the grid (3 x ${cells}), with objectness`;
    return [{ ...common, classes: second - 5, reason, confidence: 2 }];
  });
  const loose = looseTable(facts);
  if (loose === undefined || loose.queries) return onGrid;
  const classes = loose.attributes - 5;
  const fits = fitsClasses(facts, classes);
  if (loose.wide && !fits) return onGrid;
  return [...onGrid, { ...common, classes, reason: loose.reason, confidence: fits ? 2 : 1 }];
}
