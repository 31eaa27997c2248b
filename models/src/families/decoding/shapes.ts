import type { OutputLayout } from '../../form/index.ts';
import { wrongLabels, wrongShape } from './bad-output.ts';
import type { BadOutput, DeclaredOutput } from './decoder.ts';

/** True when each dimension is as wanted; one that has a name, or is wanted as undefined, always matches. */
export function fits(output: DeclaredOutput, wanted: readonly (number | undefined)[]): boolean {
  const { shape } = output;
  if (shape.length !== wanted.length) return false;
  return shape.every((size, at) => typeof size === 'string' || wanted[at] === undefined || size === wanted[at]);
}

export function isFloat({ type }: DeclaredOutput): boolean {
  return type === undefined || type === 'float32' || type === 'float64';
}

/** Axis of the attributes in [1, A, N] or [1, N, A]. */
export function attributeAxis(layout: OutputLayout): 1 | 2 {
  return layout === 'attributes_first' ? 1 : 2;
}

/** A table of boxes: `fixed` attributes beside one score per class. */
export interface TableForm {
  readonly layout: OutputLayout;
  readonly fixed: number;
  readonly classes: number;
}

/** Checks [1, fixed + classes, N], or with its axes exchanged, as the layout says. */
export function checkTable(output: DeclaredOutput, { layout, fixed, classes }: TableForm): BadOutput | undefined {
  const attributes = fixed + classes;
  const sides = layout === 'attributes_first' ? `${fixed} + classes, boxes` : `boxes, ${fixed} + classes`;
  if (!isFloat(output) || !fits(output, [1, undefined, undefined])) return wrongShape(output, `float32 [1, ${sides}]`);
  const axis = attributeAxis(layout);
  const is = output.shape[axis];
  if (typeof is !== 'number' || is === attributes) return undefined;
  if (output.shape[3 - axis] === attributes) {
    return wrongShape(
      output,
      `[1, ${sides}]: boxes and attributes are exchanged`,
      'Say so in the manifest (`output.layout`), or export the model with its axes in the usual order.',
    );
  }
  return wrongLabels(output, is - fixed, classes);
}

/** How to walk a table: value `a` of row `i` is at `a * step + i * stride`. */
export interface Walk {
  readonly rows: number;
  readonly step: number;
  readonly stride: number;
}

export function walk(shape: readonly number[], layout: OutputLayout): Walk {
  const axis = attributeAxis(layout);
  const attributes = shape[axis]!;
  const rows = shape[3 - axis]!;
  return layout === 'attributes_first' ? { rows, step: rows, stride: 1 } : { rows, step: 1, stride: attributes };
}
