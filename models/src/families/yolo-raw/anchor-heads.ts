import { wrongCount, wrongLabels, wrongShape } from '../decoding/bad-output.ts';
import type { BoxFamily } from '../decoding/box-reader.ts';
import type { DeclaredOutput, DecoderOptions } from '../decoding/decoder.ts';
import type { Grid } from '../decoding/grid.ts';
import { sigmoid } from '../decoding/numbers.ts';
import { fits, isFloat } from '../decoding/shapes.ts';

/** Attributes before the classes: tx, ty, tw, th, objectness. */
const FIXED = 5;

/**
 * YOLOv5's heads with anchors: per stride [1, anchors * (5 + classes), rows, columns] or [1, anchors, rows, columns,
 * 5 + classes], all before the sigmoid. Middle: cell + 2 s(t) - 0.5 in strides; size: (2 s(t))^2 of the anchor's.
 */
export function anchorHeads(options: DecoderOptions, heads: readonly Grid[]): BoxFamily {
  const { manifest, score } = options;
  const anchors = manifest.output.options?.anchors ?? [];
  const classes = manifest.labels.length;
  const attributes = FIXED + classes;
  return {
    overlaps: 'suppress',
    check: (outputs) => {
      if (anchors.length !== heads.length) return wrongCount(outputs, `anchors for ${heads.length} strides`);
      for (const [n, { rows, columns }] of heads.entries()) {
        const output = outputs[n]!;
        const count = anchors[n]!.length / 2;
        const grid = fits(output, [1, count, rows, columns, undefined]);
        if (!isFloat(output) || !(grid || fits(output, [1, undefined, rows, columns]))) {
          return wrongShape(output, `float32 [1, ${count * attributes}, ${rows}, ${columns}]`);
        }
        const is = attributesPerAnchor(output, count);
        if (is !== undefined && is !== attributes) return wrongLabels(output, is - FIXED, classes);
      }
      return undefined;
    },
    collect: (outputs, candidates) => {
      let row = 0;
      for (const [n, { cells, columns, stride }] of heads.entries()) {
        const { data, shape } = outputs[n]!;
        const sizes = anchors[n]!;
        const [step, apart] = shape.length === 5 ? [1, attributes] : [cells, 1];
        for (let place = 0; place < (cells * sizes.length) / 2; place++, row++) {
          const anchor = Math.floor(place / cells);
          const cell = place % cells;
          const at = anchor * cells * attributes + cell * apart;
          const value = (a: number): number => sigmoid(data[at + a * step]!);
          const object = value(4);
          if (!(object >= score)) continue;
          let best = 0;
          for (let c = 1; c < classes; c++) {
            if (data[at + (FIXED + c) * step]! > data[at + (FIXED + best) * step]!) best = c;
          }
          const product = object * value(FIXED + best);
          if (!(product >= score)) continue;
          const cx = ((cell % columns) + 2 * value(0) - 0.5) * stride;
          const cy = (Math.floor(cell / columns) + 2 * value(1) - 0.5) * stride;
          const [width, height] = [
            (2 * value(2)) ** 2 * sizes[2 * anchor]!,
            (2 * value(3)) ** 2 * sizes[2 * anchor + 1]!,
          ];
          candidates.addCentred(row, best, product, cx, cy, width, height);
        }
      }
      return undefined;
    },
  };
}

function attributesPerAnchor({ shape }: DeclaredOutput, anchors: number): number | undefined {
  const [size, of] = shape.length === 5 ? [shape[4], 1] : [shape[1], anchors];
  return typeof size === 'number' ? size / of : undefined;
}
