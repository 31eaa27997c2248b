import type { Box, Point } from '../../domain/index.ts';
import { EvaluationError } from '../errors.ts';

/** One line of a label file: number of the class, box as fractions of the image. */
export interface YoloLabel {
  readonly classId: number;
  readonly box: Box;
  /** The outline, where the line has one; fractions too. */
  readonly polygon?: readonly Point[];
}

/**
 * Lines `CLASS CX CY W H` or polygons `CLASS X1 Y1 X2 Y2 X3 Y3 ...`, whose box is the smallest around them; boxes are
 * clipped to the image. Empty lines are ignored.
 *
 * @throws EvaluationError `label_malformed` with file and line.
 */
export function parseYoloLabels(text: string, file: string): readonly YoloLabel[] {
  return text.split('\n').flatMap((line, index) => {
    const words = line.trim();
    if (words === '') return [];
    const [classId = Number.NaN, ...values] = words.split(/\s+/).map(Number);
    const readable = Number.isInteger(classId) && classId >= 0 && values.every(Number.isFinite);
    const shape = readable ? shapeOf(values) : undefined;
    if (shape !== undefined) return [{ classId, ...shape }];
    throw new EvaluationError('label_malformed', `${file}:${index + 1}: ${words.slice(0, 80)}`);
  });
}

function shapeOf(values: readonly number[]): Omit<YoloLabel, 'classId'> | undefined {
  const [a = 0, b = 0, c = 0, d = 0] = values;
  if (values.length === 4) return { box: clipped([a - c / 2, b - d / 2, a + c / 2, b + d / 2]) };
  if (values.length < 6 || values.length % 2 !== 0) return undefined;
  const xs = values.filter((_, at) => at % 2 === 0);
  const ys = values.filter((_, at) => at % 2 === 1);
  const polygon = xs.map((x, at): Point => [clip(x), clip(ys[at] ?? 0)]);
  return { box: clipped([Math.min(...xs), Math.min(...ys), Math.max(...xs), Math.max(...ys)]), polygon };
}

function clipped([x1, y1, x2, y2]: Box): Box {
  return [clip(x1), clip(y1), clip(x2), clip(y2)];
}

function clip(value: number): number {
  return Math.min(1, Math.max(0, value));
}
