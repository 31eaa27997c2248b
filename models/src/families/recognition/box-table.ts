import type { GraphFacts, GraphOutput } from './graph-facts.ts';
import { cellsOf, fitsClasses, ofRank, shown, sizesOf, STRIDES } from './shapes.ts';

/** Strides that published detectors use. */
export const GRIDS: readonly (readonly number[])[] = [STRIDES, [16, 32], [8, 16, 32, 64]];

/** One table of boxes: [1, first, second]. */
export interface BoxTable {
  readonly output: GraphOutput;
  readonly first: number;
  readonly second: number;
}

/** The only table of boxes that the graph gives; raw heads may stand beside it. */
export function boxTable(facts: GraphFacts): BoxTable | undefined {
  // Poses and oriented boxes have other attributes.
  if (['pose', 'obb'].includes(facts.hints.task ?? '')) return undefined;
  const [output, ...more] = ofRank(facts, 3);
  const otherKinds = facts.outputs.length > 1 && ofRank(facts, 4).length + ofRank(facts, 5).length === 0;
  if (output === undefined || more.length > 0 || otherKinds) return undefined;
  const [, first = -1, second = -1] = sizesOf(output);
  return first < 5 || second < 5 ? undefined : { output, first, second };
}

/** How a table lies on a grid of `cells`: boxes as columns, as rows, or as rows with three boxes per cell. */
export type GridFit = 'columns' | 'rows' | 'three per cell';

export function gridFit({ first, second }: BoxTable, cells: number): GridFit | undefined {
  if (second === cells && first !== cells) return 'columns';
  if (first === 3 * cells) return 'three per cell';
  return first === cells ? 'rows' : undefined;
}

/** The grids that a table fits. */
export function gridFits(
  facts: GraphFacts,
  table: BoxTable,
): readonly { readonly fit: GridFit; readonly cells: number }[] {
  return GRIDS.flatMap((strides) => {
    const cells = cellsOf(facts, strides);
    const fit = gridFit(table, cells);
    return fit === undefined ? [] : [{ fit, cells }];
  });
}

/** `output0 [1, 8400, 84]: one box per cell of the grid (8400), each box a row` */
export function rowPerCell({ output }: BoxTable, cells: number): string {
  return `${shown(output)}: one box per cell of the grid (${cells}), each box a row`;
}

/** A table that fits no known grid, read with the longer axis as boxes. */
export interface LooseTable extends BoxTable {
  /** Attributes lie along the first axis. */
  readonly wide: boolean;
  readonly attributes: number;
  /** So few boxes, with as many classes as expected, are the queries of a transformer. */
  readonly queries: boolean;
  readonly reason: string;
}

/** A table that no grid explains: few boxes are queries of a transformer, many lie on a grid with unknown strides. */
export function looseTable(facts: GraphFacts): LooseTable | undefined {
  const table = boxTable(facts);
  if (table === undefined) return undefined;
  const { output, first, second } = table;
  const onGrid = GRIDS.map((strides) => cellsOf(facts, strides)).some(
    (cells) => first === cells || second === cells || first === 3 * cells,
  );
  if (onGrid) return undefined;
  const wide = first < second;
  const [attributes, boxes] = wide ? [first, second] : [second, first];
  const reason = `${shown(output)}: ${attributes} attributes for each of ${boxes} boxes; the number of boxes fits no known grid`;
  return { ...table, wide, attributes, queries: first <= 1_000 && fitsClasses(facts, second - 4), reason };
}
