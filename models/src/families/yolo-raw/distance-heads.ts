import { impossibleScore, wrongCount, wrongLabels } from '../decoding/bad-output.ts';
import { BestClass, LOGITS, PROBABILITIES } from '../decoding/best-class.ts';
import type { BoxFamily, FloatOutput } from '../decoding/box-reader.ts';
import type { Candidates } from '../decoding/candidates.ts';
import type { BadOutput, DecoderOptions } from '../decoding/decoder.ts';
import type { Grid } from '../decoding/grid.ts';
import { expectedBin, logit, sigmoid } from '../decoding/numbers.ts';
import { attributesOf, checkHead, headWalk } from './head.ts';

const REG_MAX = 15;

/**
 * YOLOv8's heads: per side a distribution over its distance from the middle of the cell in strides (DFL), and one
 * logit per class. `parts`: 1, both in one output, distances first; 2, in outputs of their own.
 */
export function distanceHeads(options: DecoderOptions, heads: readonly Grid[], parts: 1 | 2): BoxFamily {
  const { manifest, score } = options;
  const { regMax = REG_MAX, sigmoid: done = 'outside' } = manifest.output.options ?? {};
  const classes = manifest.labels.length;
  const bins = regMax + 1;
  const best = new BestClass();
  return {
    overlaps: 'suppress',
    check: (outputs) => {
      if (outputs.length !== parts * heads.length) return wrongCount(outputs, `${parts} per stride`);
      for (const [n, grid] of heads.entries()) {
        const [first, second] = [outputs[n]!, outputs[heads.length + n]];
        const is = attributesOf(second ?? first, grid);
        const fixed = second === undefined ? 4 * bins : 0;
        if (typeof is === 'number' && is > fixed && is !== fixed + classes) {
          return wrongLabels(second ?? first, is - fixed, classes);
        }
        const bad =
          second === undefined
            ? checkHead(first, grid, fixed + classes, 'distances and classes')
            : (checkHead(first, grid, 4 * bins, 'distances') ?? checkHead(second, grid, classes, 'classes'));
        if (bad !== undefined) return bad;
      }
      return undefined;
    },
    collect: (outputs, candidates) => {
      let row = 0;
      for (const [n, grid] of heads.entries()) {
        const [sides, second] = [outputs[n]!, outputs[heads.length + n]];
        const first = second === undefined ? 4 * bins : 0;
        const head = {
          grid,
          row,
          bins,
          sides,
          scores: second ?? sides,
          first,
          classes,
          inside: done === 'inside',
          best,
        };
        const bad = collectHead(head, score, candidates);
        if (bad !== undefined) return bad;
        row += grid.cells;
      }
      return undefined;
    },
  };
}

interface Head {
  readonly grid: Grid;
  readonly row: number;
  readonly bins: number;
  readonly sides: FloatOutput;
  readonly scores: FloatOutput;
  /** First attribute of the classes in `scores`. */
  readonly first: number;
  readonly classes: number;
  /** Scores are 0 to 1 already. */
  readonly inside: boolean;
  readonly best: BestClass;
}

function collectHead(head: Head, score: number, candidates: Candidates): BadOutput | undefined {
  const { grid, best, scores, first, classes, inside, sides, bins } = head;
  const { columns, stride } = grid;
  const { step: between, apart: over } = headWalk(scores, grid);
  const sidesWalk = headWalk(sides, grid);
  const way = { rows: grid.cells, step: between, stride: over };
  const range = inside ? PROBABILITIES : LOGITS;
  if (!best.find(scores.data, way, { first, count: classes, enough: inside ? score : logit(score), range })) {
    return impossibleScore(best.least, best.most);
  }
  for (let cell = 0; cell < grid.cells; cell++) {
    const found = best.scores[cell]!;
    if (found === Number.NEGATIVE_INFINITY) continue;
    const x = ((cell % columns) + 0.5) * stride;
    const y = (Math.floor(cell / columns) + 0.5) * stride;
    const { step, apart } = sidesWalk;
    const [left, top, right, bottom] = [0, 1, 2, 3].map(
      (side) => expectedBin(sides.data, cell * apart + side * bins * step, step, bins) * stride,
    ) as [number, number, number, number];
    const value = inside ? found : sigmoid(found);
    candidates.add(head.row + cell, best.classes[cell]!, value, x - left, y - top, x + right, y + bottom);
  }
  return undefined;
}
