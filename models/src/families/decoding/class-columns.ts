import { wrongLabels } from './bad-output.ts';
import type { BadOutput, DeclaredOutput } from './decoder.ts';

/** Names that a list of labels may give to the class that means that nothing is there. */
const NOTHING = new Set(['background', '__background__', 'no_object', 'no object', 'n/a']);

/**
 * Which label each column of scores means. A graph may have a class that means "nothing is there": the labels may name
 * it (then it is never reported) or leave it out (then there is one column more than labels).
 */
export interface ClassColumns {
  readonly count: number;
  /** Column that means that nothing is there; -1 without one. */
  readonly background: number;
  readonly labels: readonly string[];
}

/** `fallback`: the background's column when there is one column more than labels and the manifest does not say. */
export function classColumns(
  columns: number,
  labels: readonly string[],
  background: number | undefined,
  fallback: 'first' | 'last' | 'none',
): ClassColumns | undefined {
  if (columns === labels.length) {
    const named = labels.findIndex((label) => NOTHING.has(label.toLowerCase()));
    return { count: columns, background: background ?? named, labels };
  }
  const extra = background ?? (fallback === 'none' ? -1 : fallback === 'first' ? 0 : columns - 1);
  if (columns !== labels.length + 1 || extra < 0 || extra >= columns) return undefined;
  return { count: columns, background: extra, labels: labels.toSpliced(extra, 0, 'background') };
}

/** Index of a column's class among the manifest's own labels. */
export function classIdOf(columns: ClassColumns, column: number, labels: number): number {
  return columns.count > labels && column > columns.background ? column - 1 : column;
}

export function checkColumns(
  output: DeclaredOutput,
  columns: number | string | undefined,
  labels: readonly string[],
  background: number | undefined,
  fallback: 'first' | 'last' | 'none',
): BadOutput | undefined {
  if (typeof columns !== 'number') return undefined;
  if (classColumns(columns, labels, background, fallback) !== undefined) return undefined;
  return wrongLabels(output, columns, labels.length);
}
