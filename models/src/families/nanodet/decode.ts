import { impossibleScore, wrongCount, wrongLabels, wrongShape } from '../decoding/bad-output.ts';
import { BestClass, LOGITS, PROBABILITIES } from '../decoding/best-class.ts';
import { type BoxFamily, boxReader, type FloatOutput } from '../decoding/box-reader.ts';
import type { Candidates } from '../decoding/candidates.ts';
import type { BadOutput, DeclaredOutput, DecoderOptions, OutputReader } from '../decoding/decoder.ts';
import { allCells, type Grid, grids } from '../decoding/grid.ts';
import { expectedBin, logit, sigmoid } from '../decoding/numbers.ts';
import { checkTable, fits, isFloat, walk } from '../decoding/shapes.ts';

const REG_MAX = 7;

/**
 * NanoDet: one score per class and, for each side of the box, a distribution over its distance from the cell's point in
 * strides (GFL, Li et al. 2020). Two forms:
 *
 * - NanoDet: per stride [1, cells, classes] and then per stride [1, cells, 4 * (regMax + 1)]; points in the middle of
 *   the cells.
 * - NanoDet 1.0 and NanoDet-Plus: one [1, N, classes + 4 * (regMax + 1)]; points in the middle of the cells with three
 *   strides, at their corners with the four of NanoDet-Plus (8, 16, 32, 64, when the manifest names none).
 */
export function nanodet(options: DecoderOptions): OutputReader {
  const { output } = options.manifest;
  return boxReader(options, (output.names?.length ?? 1) > 1 ? perStride(options) : inOne(options));
}

function perStride(options: DecoderOptions): BoxFamily {
  const { output, input, labels } = options.manifest;
  const { bins, heads } = form(options, [8, 16, 32]);
  const count = heads.length;
  const best = new BestClass();
  const shapeOf = (cells: number, attributes: number): string => `float32 [1, ${cells}, ${attributes}]`;
  const checkHead = ({ cells }: Grid, scores: DeclaredOutput, sides: DeclaredOutput): BadOutput | undefined => {
    if (!isFloat(scores) || !fits(scores, [1, cells, undefined])) return wrongShape(scores, `[1, ${cells}, classes]`);
    if (!fits(scores, [1, cells, labels.length])) return wrongLabels(scores, Number(scores.shape[2]), labels.length);
    if (isFloat(sides) && fits(sides, [1, cells, 4 * bins])) return undefined;
    return wrongShape(sides, shapeOf(cells, 4 * bins));
  };
  return {
    overlaps: 'suppress',
    check: (outputs) => {
      if (outputs.length !== 2 * count) return wrongCount(outputs, `scores of ${count} strides, then their distances`);
      for (const [n, grid] of heads.entries()) {
        const bad = checkHead(grid, outputs[n]!, outputs[count + n]!);
        if (bad !== undefined) return bad;
      }
      return undefined;
    },
    collect: (outputs, candidates) => {
      let row = 0;
      for (const [n, grid] of heads.entries()) {
        const head = { grid, bins, row, offset: 0.5, classes: labels.length, inside: isInside(output), best };
        const parts = { scores: outputs[n]!, scoresFrom: 0, sides: outputs[count + n]!, sidesFrom: 0 };
        const bad = collectHead(
          { ...head, ...parts, steps: [1, 1], apart: [labels.length, 4 * bins] },
          options,
          candidates,
        );
        if (bad !== undefined) return bad;
        row += grid.cells;
      }
      return clipped(candidates, input);
    },
  };
}

function inOne(options: DecoderOptions): BoxFamily {
  const { output, input, labels } = options.manifest;
  const { bins, heads } = form(options, [8, 16, 32, 64]);
  const layout = output.layout ?? 'anchors_first';
  const offset = heads.length > 3 ? 0 : 0.5;
  const best = new BestClass();
  return {
    overlaps: 'suppress',
    check: (outputs) => {
      const [table] = outputs;
      if (table === undefined) return wrongCount(outputs, 'at least one');
      const bad = checkTable(table, { layout, fixed: 4 * bins, classes: labels.length });
      if (bad !== undefined) return bad;
      const rows = table.shape[layout === 'anchors_first' ? 1 : 2];
      if (typeof rows !== 'number' || rows === allCells(heads)) return undefined;
      return wrongShape(table, `${allCells(heads)} boxes for these strides`, 'Name `output.options.strides`.');
    },
    collect: ([table], candidates) => {
      const { step, stride: apart } = walk(table!.shape, layout);
      let row = 0;
      for (const grid of heads) {
        const head = { grid, bins, row, offset, classes: labels.length, inside: isInside(output), best };
        const from = { scoresFrom: row * apart, sidesFrom: row * apart + labels.length * step };
        const parts = { scores: table!, sides: table!, ...from, steps: [step, step], apart: [apart, apart] } as const;
        const bad = collectHead({ ...head, ...parts }, options, candidates);
        if (bad !== undefined) return bad;
        row += grid.cells;
      }
      return clipped(candidates, input);
    },
  };
}

function form(
  { manifest: { output, input } }: DecoderOptions,
  usual: readonly number[],
): { readonly bins: number; readonly heads: readonly Grid[] } {
  const { strides = usual, regMax = REG_MAX } = output.options ?? {};
  return { bins: regMax + 1, heads: grids(input, strides) };
}

function isInside(output: DecoderOptions['manifest']['output']): boolean {
  return output.options?.sigmoid !== 'outside';
}

/** One head; value `a` of a cell is at `from + cell * apart + a * step`, of scores and of sides. */
interface Head {
  readonly grid: Grid;
  readonly bins: number;
  readonly classes: number;
  /** Number of the first cell among all heads. */
  readonly row: number;
  /** Where the point lies in its cell. */
  readonly offset: number;
  readonly inside: boolean;
  readonly best: BestClass;
  readonly scores: FloatOutput;
  readonly scoresFrom: number;
  readonly sides: FloatOutput;
  readonly sidesFrom: number;
  readonly steps: readonly [scores: number, sides: number];
  readonly apart: readonly [scores: number, sides: number];
}

function collectHead(head: Head, { score }: DecoderOptions, candidates: Candidates): BadOutput | undefined {
  const { grid, best, classes, inside, steps, apart } = head;
  const data = head.scores.data.subarray(head.scoresFrom);
  const way = { rows: grid.cells, step: steps[0], stride: apart[0] };
  const range = inside ? PROBABILITIES : LOGITS;
  if (!best.find(data, way, { first: 0, count: classes, enough: inside ? score : logit(score), range })) {
    return impossibleScore(best.least, best.most);
  }
  for (let cell = 0; cell < grid.cells; cell++) {
    const value = best.scores[cell]!;
    if (value === Number.NEGATIVE_INFINITY) continue;
    addCell(head, cell, best.classes[cell]!, inside ? value : sigmoid(value), candidates);
  }
  return undefined;
}

function addCell(head: Head, cell: number, classId: number, score: number, candidates: Candidates): void {
  const { grid, bins, offset, sides, sidesFrom, steps, apart } = head;
  const { columns, stride } = grid;
  const x = ((cell % columns) + offset) * stride;
  const y = (Math.floor(cell / columns) + offset) * stride;
  const at = sidesFrom + cell * apart[1];
  const distance = (side: number): number =>
    expectedBin(sides.data, at + side * bins * steps[1], steps[1], bins) * stride;
  candidates.add(head.row + cell, classId, score, x - distance(0), y - distance(1), x + distance(2), y + distance(3));
}

/** NanoDet clips boxes to the input before it removes overlaps. */
function clipped(candidates: Candidates, { width, height }: DecoderOptions['manifest']['input']): undefined {
  const { boxes, count } = candidates;
  for (let at = 0; at < 4 * count; at += 2) {
    boxes[at] = Math.min(width, Math.max(0, boxes[at]!));
    boxes[at + 1] = Math.min(height, Math.max(0, boxes[at + 1]!));
  }
  return undefined;
}
