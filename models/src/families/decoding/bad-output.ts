import type { BadOutput, DeclaredOutput } from './decoder.ts';

export const NOT_FINITE: BadOutput = { bad: 'values', message: 'the output holds values that are not finite' };

export function impossibleScore(least: number, most: number): BadOutput {
  const range = `${shown(least)} to ${shown(most)}`;
  return {
    bad: 'values',
    message: `scores range from ${range} instead of 0 to 1`,
    advice: 'If the graph gives logits, say so in the manifest (`output.options.sigmoid` or `softmax`: outside).',
  };
}

export const IMPOSSIBLE_BOX: BadOutput = { bad: 'values', message: 'a box has impossible coordinates' };

/** `output NAME is [1, 84, 8400]`. */
export function describeOutput({ name, type, shape }: DeclaredOutput): string {
  return `output ${name} is ${type === undefined ? '' : `${type} `}[${shape.join(', ')}]`;
}

export function wrongShape(output: DeclaredOutput, wanted: string, advice?: string): BadOutput {
  const message = `${describeOutput(output)}; the manifest requires ${wanted}`;
  return { bad: 'model_shape', message, ...(advice === undefined ? {} : { advice }) };
}

export function wrongLabels(output: DeclaredOutput, classes: number, labels: number): BadOutput {
  return {
    bad: 'model_labels',
    message: `${describeOutput(output)}: ${classes} classes, but there are ${labels} labels`,
  };
}

export function wrongCount(outputs: readonly DeclaredOutput[], wanted: string): BadOutput {
  const names = outputs.map(({ name }) => name).join(', ');
  return {
    bad: 'model_shape',
    message: `the manifest names ${outputs.length} outputs (${names}); this family requires ${wanted}`,
    advice: 'Name all outputs that the family reads in the manifest (`output.names`), in the order of its roles.',
  };
}

function shown(value: number): string {
  return Number.isInteger(value) ? String(value) : value.toPrecision(3);
}
