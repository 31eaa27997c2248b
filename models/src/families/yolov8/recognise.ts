import type { Reading } from '../reading.ts';
import { boxTable, gridFits, looseTable, rowPerCell } from '../recognition/box-table.ts';
import type { GraphFacts } from '../recognition/graph-facts.ts';
import { fitsClasses, shown } from '../recognition/shapes.ts';

/** One table of boxes without objectness: one column or one row per cell of the grid. */
export function recognise(facts: GraphFacts): readonly Reading[] {
  const table = boxTable(facts);
  if (table === undefined) return [];
  const { output, first, second } = table;
  const outputs = [output.name];
  const onGrid = gridFits(facts, table).flatMap(({ fit, cells }): readonly Reading[] => {
    if (fit === 'columns') {
      const reason = `${shown(output)}: 4 + ${first - 4} rows over one box per cell of the grid (${cells}), no objectness`;
      return [{ outputs, layout: 'attributes_first', classes: first - 4, reason, confidence: 2 }];
    }
    if (fit !== 'rows') return [];
    const classes = second - 4;
    const reason = `${rowPerCell(table, cells)}; 4 + ${classes} columns`;
    return [{ outputs, layout: 'anchors_first', classes, reason, confidence: fitsClasses(facts, classes) ? 2 : 1 }];
  });
  const loose = looseTable(facts);
  if (loose === undefined || loose.queries) return onGrid;
  const classes = loose.attributes - 4;
  const layout = loose.wide ? 'attributes_first' : 'anchors_first';
  const confidence = fitsClasses(facts, classes) ? 2 : 1;
  return [...onGrid, { outputs, layout, classes, reason: loose.reason, confidence }];
}
