import type { BadOutput, DeclaredOutput } from './decoder.ts';

export const NOT_FINITE: BadOutput = { bad: 'values', message: 'the output holds values that are no numbers' };

export function impossibleScore(least: number, most: number): BadOutput {
  const range = `${shown(least)} to ${shown(most)}`;
  return {
    bad: 'values',
    message: `scores go from ${range} instead of 0 to 1`,
    advice: 'If the graph gives logits, say so in the manifest (`output.options.sigmoid` or `softmax`: outside).',
  };
}

export const NO_SUCH_PLACE: BadOutput = { bad: 'values', message: 'a box lies at no possible place' };

/** `output NAME is [1, 84, 8400]`. */
export function told({ name, type, shape }: DeclaredOutput): string {
  return `output ${name} is ${type === undefined ? '' : `${type} `}[${shape.join(', ')}]`;
}

export function wrongShape(output: DeclaredOutput, wanted: string, advice?: string): BadOutput {
  const message = `${told(output)}; the manifest wants ${wanted}`;
  return { bad: 'model_shape', message, ...(advice === undefined ? {} : { advice }) };
}

export function wrongLabels(output: DeclaredOutput, classes: number, labels: number): BadOutput {
  return { bad: 'model_labels', message: `${told(output)}: ${classes} classes, but there are ${labels} labels` };
}

export function wrongCount(outputs: readonly DeclaredOutput[], wanted: string): BadOutput {
  const names = outputs.map(({ name }) => name).join(', ');
  return {
    bad: 'model_shape',
    message: `the manifest names ${outputs.length} outputs (${names}); this family wants ${wanted}`,
    advice: 'Name all outputs that the family reads in the manifest (`output.names`), in the order of its roles.',
  };
}

function shown(value: number): string {
  return Number.isInteger(value) ? String(value) : value.toPrecision(3);
}
