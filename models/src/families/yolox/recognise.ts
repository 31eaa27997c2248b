import type { Reading } from '../reading.ts';
import { boxTable, gridFits, rowPerCell } from '../recognition/box-table.ts';
import type { GraphFacts } from '../recognition/graph-facts.ts';
import { fitsClasses } from '../recognition/shapes.ts';

/** One table of boxes with objectness, one row per cell of the grid. */
export function recognise(facts: GraphFacts): readonly Reading[] {
  const table = boxTable(facts);
  if (table === undefined) return [];
  const { output, second } = table;
  return gridFits(facts, table).flatMap(({ fit, cells }): readonly Reading[] => {
    if (fit !== 'rows') return [];
    const reason = `${rowPerCell(table, cells)}; 5 + ${second - 5} columns`;
    // Without the column of objectness, the classes fit: then it is YOLOv8's.
    const confidence = fitsClasses(facts, second - 4) ? 1 : 2;
    return [{ outputs: [output.name], layout: 'anchors_first', classes: second - 5, reason, confidence }];
  });
}
