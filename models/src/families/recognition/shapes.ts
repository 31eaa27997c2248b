import type { GraphFacts, GraphOutput } from './graph-facts.ts';

/** Pixels per cell of the grids that most detectors have. */
export const STRIDES = [8, 16, 32];

/** COCO's: the class count of most published detectors. */
const COCO = 80;

/** Sizes of the dimensions; -1 where one is open. */
export const sizesOf = (output: GraphOutput): readonly number[] =>
  output.shape.map((size) => (typeof size === 'number' ? size : -1));

/** The outputs with this number of dimensions. */
export function ofRank(facts: GraphFacts, rank: number): readonly GraphOutput[] {
  return facts.outputs.filter(({ shape }) => shape.length === rank);
}

/** Cells of the grids with these strides over the input. */
export function cellsOf({ width, height }: GraphFacts, strides: readonly number[]): number {
  return strides.reduce((sum, stride) => sum + Math.ceil(width / stride) * Math.ceil(height / stride), 0);
}

/** Whether this number of classes is the expected one. */
export function fitsClasses(facts: GraphFacts, classes: number): boolean {
  return classes === (facts.labels ?? facts.hints.names?.length ?? COCO);
}

/** `output0 [1, 84, 8400]` */
export const shown = ({ name, shape }: GraphOutput): string => `${name} [${shape.join(', ')}]`;

/** Whether the scores of an output already went through the sigmoid in the graph. */
export function sigmoidOf(facts: GraphFacts, output: string): 'inside' | 'outside' {
  return facts.makers(output).has('Sigmoid') ? 'inside' : 'outside';
}
