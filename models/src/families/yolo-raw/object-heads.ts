import { impossibleScore, wrongCount, wrongLabels, wrongShape } from '../decoding/bad-output.ts';
import type { BoxFamily, FloatOutput } from '../decoding/box-reader.ts';
import type { Candidates } from '../decoding/candidates.ts';
import type { BadOutput, DecoderOptions } from '../decoding/decoder.ts';
import type { Grid } from '../decoding/grid.ts';
import { SCORE_SLACK, sigmoid } from '../decoding/numbers.ts';
import { attributesOf, checkHead, headWalk } from './head.ts';

/**
 * Heads with objectness, box relative to the cell's corner and logarithm of its size in strides: YOLOX, YuNet. All
 * classes, then all objectness, then all boxes. The score is objectness times class, or its square root, as in YuNet.
 * Scores are 0 to 1 unless `options.sigmoid` says `outside`.
 */
export function objectHeads(options: DecoderOptions, heads: readonly Grid[], scoring: 'product' | 'root'): BoxFamily {
  const { manifest, score } = options;
  const classes = manifest.labels.length;
  const inside = manifest.output.options?.sigmoid !== 'outside';
  const count = heads.length;
  return {
    overlaps: 'suppress',
    check: (outputs) => {
      if (outputs.length < 3 * count) return wrongCount(outputs, 'classes, objectness and boxes of each stride');
      for (const [n, grid] of heads.entries()) {
        const is = attributesOf(outputs[n]!, grid);
        if (typeof is === 'number' && is !== classes) return wrongLabels(outputs[n]!, is, classes);
        const bad =
          checkHead(outputs[n]!, grid, classes, 'classes') ??
          checkHead(outputs[count + n]!, grid, 1, 'objectness') ??
          checkHead(outputs[2 * count + n]!, grid, 4, 'boxes');
        if (bad !== undefined) return bad;
        const landmarks = outputs[3 * count + n];
        if (landmarks !== undefined && attributesOf(landmarks, grid) === undefined) {
          return wrongShape(landmarks, `float32 [1, ${grid.cells}, landmarks]`);
        }
      }
      return undefined;
    },
    collect: (outputs, candidates) => {
      let row = 0;
      for (const [n, grid] of heads.entries()) {
        const [scores, objects, boxes] = [outputs[n]!, outputs[count + n]!, outputs[2 * count + n]!];
        const head = { grid, row, scores, objects, boxes, classes, inside, scoring, score };
        const bad = collectHead(head, candidates);
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
  readonly scores: FloatOutput;
  readonly objects: FloatOutput;
  readonly boxes: FloatOutput;
  readonly classes: number;
  readonly inside: boolean;
  readonly scoring: 'product' | 'root';
  readonly score: number;
}

function collectHead(head: Head, candidates: Candidates): BadOutput | undefined {
  const { grid, scores, objects, boxes, classes, inside, scoring, score } = head;
  const { columns, stride } = grid;
  const [scoresWalk, boxesWalk] = [headWalk(scores, grid), headWalk(boxes, grid)];
  const probability = (value: number): number => (inside ? value : sigmoid(value));
  const beyond = (value: number): boolean => value < -SCORE_SLACK || value > 1 + SCORE_SLACK;
  for (let cell = 0; cell < grid.cells; cell++) {
    const object = probability(objects.data[cell]!);
    if (beyond(object)) return impossibleScore(Math.min(0, object), object);
    let best = Number.NEGATIVE_INFINITY;
    let classId = 0;
    for (let c = 0; c < classes; c++) {
      const value = scores.data[cell * scoresWalk.apart + c * scoresWalk.step]!;
      if (inside && beyond(value)) return impossibleScore(Math.min(0, value), value);
      if (value > best) {
        best = value;
        classId = c;
      }
    }
    const product = clamped(object) * clamped(probability(best));
    const value = scoring === 'root' ? Math.sqrt(product) : product;
    if (!(value >= score)) continue;
    const { step, apart } = boxesWalk;
    const [tx, ty, tw, th] = [0, 1, 2, 3].map((a) => boxes.data[cell * apart + a * step]!) as [
      number,
      number,
      number,
      number,
    ];
    const cx = ((cell % columns) + tx) * stride;
    const cy = (Math.floor(cell / columns) + ty) * stride;
    candidates.addCentred(head.row + cell, classId, value, cx, cy, Math.exp(tw) * stride, Math.exp(th) * stride);
  }
  return undefined;
}

function clamped(value: number): number {
  return Math.min(1, Math.max(0, value));
}
