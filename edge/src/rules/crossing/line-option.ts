import { z } from 'zod';
import { fraction, key } from '../../fields/index.ts';

const point = () => z.tuple([fraction(), fraction()]);

/** The option `line` of rules that count. */
export function lineOption() {
  return z
    .tuple([point(), point()])
    .refine(([[x1, y1], [x2, y2]]) => Math.hypot(x2 - x1, y2 - y1) >= 0.01, 'its two points are the same')
    .default([
      [0.5, 1],
      [0.5, 0],
    ])
    .meta(
      key({
        description:
          'Line that products cross, from one point to another. Forward is from its left to its right, looking from the first point to the second. Default: from the bottom to the top through the middle, so that forward is to the right.',
        unit: 'fractions of the picture',
        restart: 'rule',
        example: [
          [0.5, 0.9],
          [0.5, 0.1],
        ],
      }),
    );
}
