import type { Reading } from '../reading.ts';
import type { GraphFacts, GraphOutput } from '../recognition/graph-facts.ts';
import { shown, sizesOf } from '../recognition/shapes.ts';
import { ROW_FORMS, type RowColumns } from './columns.ts';

/** No export keeps more boxes. */
const BOXES_MAX = 2_000;

const WORDS: Readonly<Record<RowColumns, string>> = {
  batch_box_class_score: 'frame, x1, y1, x2, y2, class, score, as YOLOv7 exports them',
  batch_class_score_box: 'frame, class, score, x1, y1, x2, y2, as Caffe and OpenVINO export them',
  box_score_class: 'x1, y1, x2, y2, score, class',
  class_score_box: 'class, score, x1, y1, x2, y2, as PaddleDetection exports them',
};

/** A list of boxes, one row each, without an axis for the batch: non-maximum suppression is inside the graph. */
export function recognise(facts: GraphFacts): readonly Reading[] {
  const lists = facts.outputs.filter((output) => output.type.startsWith('float') && isList(output));
  const [list, ...more] = lists;
  const others = facts.outputs.filter((output) => output !== list);
  // Beside it only the number of boxes.
  if (list === undefined || more.length > 0 || !others.every(isCount)) return [];
  const columns = sizesOf(list).at(-1) ?? -1;
  const paddle = others.length > 0 || /multiclass_nms|bbox_num/.test([list, ...others].map(({ name }) => name).join());
  return forms(columns, { paddle, detectionOutput: list.shape.length === 4 }).map((form, n) => ({
    outputs: [list.name],
    options: { columns: form },
    reason: `${shown(list)}: one row per box (${WORDS[form]}), repetitions removed in the graph`,
    // Which of two orders it is, the values show.
    confidence: n === 0 ? 3 : 2,
  }));
}

function forms(
  columns: number,
  { paddle, detectionOutput }: { readonly paddle: boolean; readonly detectionOutput: boolean },
): readonly RowColumns[] {
  if (columns === 7 && detectionOutput) return ['batch_class_score_box'];
  if (columns === 7) return ['batch_box_class_score', 'batch_class_score_box'];
  if (columns !== 6) return [];
  return paddle ? ['class_score_box', 'box_score_class'] : ['box_score_class', 'class_score_box'];
}

/** [N, 6 or 7], where N is open or not 1; [1, 1, N, 7]; [1, N, 7]. */
function isList(output: GraphOutput): boolean {
  const sizes = sizesOf(output);
  const [rows = -1, columns = -1] = sizes.slice(-2);
  if (!Object.values(ROW_FORMS).some(({ width }) => width === columns) || rows > BOXES_MAX) return false;
  // One fixed row is a classification.
  if (sizes.length === 2) return rows !== 1;
  if (sizes.length === 3) return columns === 7 && Math.abs(sizes[0] ?? 0) === 1;
  return sizes.length === 4 && columns === 7 && sizes[0] === 1 && sizes[1] === 1;
}

function isCount({ type, shape }: GraphOutput): boolean {
  return type.startsWith('int') && shape.every((size) => size === 1 || typeof size === 'string');
}
