import type { GuessFacts } from '../family.ts';
import type { OnnxValue } from '../model.ts';

/** Pixels per cell of the grids that most detectors have. */
export const STRIDES = [8, 16, 32];

/** COCO's: the class count of most published detectors. */
const COCO = 80;

export const numeric = (value: OnnxValue): readonly number[] =>
  value.shape.map((size) => (typeof size === 'number' ? size : -1));

/** The only output of this rank whose batch is 1 or open; others may stand beside it. */
export function ofRank(facts: GuessFacts, rank: number): readonly OnnxValue[] {
  return facts.outputs.filter(({ shape }) => shape.length === rank);
}

export function cells({ width, height }: GuessFacts, strides: readonly number[]): number {
  return strides.reduce((sum, stride) => sum + Math.ceil(width / stride) * Math.ceil(height / stride), 0);
}

/** Class counts to be expected, most certain first. */
export function fitsClasses(facts: GuessFacts, classes: number): boolean {
  return classes === (facts.labels ?? facts.hints.names?.length ?? COCO);
}

export const shown = ({ name, shape }: OnnxValue): string => `${name} [${shape.join(', ')}]`;
