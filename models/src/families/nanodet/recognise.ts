import type { Reading } from '../reading.ts';
import { boxTable, gridFits, rowPerCell } from '../recognition/box-table.ts';
import type { GraphFacts } from '../recognition/graph-facts.ts';
import { cellsOf, fitsClasses, ofRank, sigmoidOf, sizesOf, STRIDES } from '../recognition/shapes.ts';

/** NanoDet-Plus: four strides, and distributions of 8 bins for each of four sides. */
const PLUS_STRIDES = [8, 16, 32, 64];
const BINS = 8;

export function recognise(facts: GraphFacts): readonly Reading[] {
  return [...oneTable(facts), ...pairPerStride(facts)];
}

/** Scores and distributions in one row per cell of the grid. */
function oneTable(facts: GraphFacts): readonly Reading[] {
  const table = boxTable(facts);
  if (table === undefined) return [];
  const classes = table.second - 4 * BINS;
  if (!fitsClasses(facts, classes)) return [];
  return gridFits(facts, table).flatMap(({ fit, cells }): readonly Reading[] => {
    if (fit !== 'rows') return [];
    const reason = `${rowPerCell(table, cells)}; ${classes} scores and four distributions of ${BINS} bins`;
    const strides = cells === cellsOf(facts, PLUS_STRIDES) ? PLUS_STRIDES : STRIDES;
    const options = { strides, regMax: BINS - 1 };
    return [{ outputs: [table.output.name], classes, reason, options, confidence: 2 }];
  });
}

/** Scores and box distributions apart, one pair per stride. */
function pairPerStride(facts: GraphFacts): readonly Reading[] {
  const heads = ofRank(facts, 3).map((output) => ({ output, sizes: sizesOf(output) }));
  const byCells = new Map<number, typeof heads>();
  for (const head of heads) {
    const cells = head.sizes[1] ?? -1;
    byCells.set(cells, [...(byCells.get(cells) ?? []), head]);
  }
  const pairs = [...byCells].sort(([a], [b]) => b - a).map(([cells, pair]) => ({ cells, pair }));
  if (pairs.length < 2 || pairs.some(({ pair }) => pair.length !== 2)) return [];
  const split = pairs.map(({ cells, pair }) => {
    const distances = pair.find(({ output, sizes }) => /dis|reg|box/i.test(output.name) && (sizes[2] ?? 0) % 4 === 0);
    const scores = pair.find((head) => head !== distances);
    return { stride: Math.round(Math.sqrt((facts.width * facts.height) / cells)), distances, scores };
  });
  const [first] = split;
  const bins = (first?.distances?.sizes[2] ?? 0) / 4;
  const classes = first?.scores?.sizes[2] ?? 0;
  if (bins < 2 || classes < 1 || split.some(({ distances, scores }) => distances === undefined || scores === undefined))
    return [];
  const outputs = [...split.map(({ scores }) => scores), ...split.map(({ distances }) => distances)].flatMap(
    (head) => head?.output.name ?? [],
  );
  const strides = split.map(({ stride }) => stride);
  const sigmoid = sigmoidOf(facts, outputs[0] ?? '');
  const reason = `${split.length} pairs of ${classes} scores and four distributions of ${bins} bins, at strides ${strides.join(', ')}`;
  return [{ outputs, classes, options: { strides, regMax: bins - 1, sigmoid }, reason, confidence: 2 }];
}
