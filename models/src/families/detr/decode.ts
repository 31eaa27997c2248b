import { impossibleScore, wrongCount, wrongLabels, wrongShape } from '../decoding/bad-output.ts';
import { addBox } from '../decoding/box-form.ts';
import { type BoxFamily, boxReader, boxUnit } from '../decoding/box-reader.ts';
import { checkColumns, classColumns, type ClassColumns, classIdOf } from '../decoding/class-columns.ts';
import type { BadOutput, DeclaredOutput, DecoderOptions, OutputReader } from '../decoding/decoder.ts';
import { logit, SCORE_SLACK, sigmoid, softmax } from '../decoding/numbers.ts';
import { checkTable, fits, isFloat, walk } from '../decoding/shapes.ts';

/**
 * DETR (Carion et al. 2020) and its successors: RT-DETR, D-FINE, RF-DETR. One box per query, no NMS. Three forms:
 *
 * - logits [1, Q, C], boxes [1, Q, 4] (cx, cy, w, h in fractions of the input). Sigmoid, each class of a query on its own,
 *   as RT-DETR's post-processor takes them; with `options.softmax` or `options.background`, softmax over labels + 1
 *   columns, of which the last (or `background`) means nothing is there.
 * - labels, boxes, scores [1, Q(, 4)] of graphs with a post-processor inside; corners in pixels of the input, because
 *   its size is what `orig_target_sizes` is given.
 * - one [1, Q, 4 + classes] with scores 0 to 1 (Ultralytics' RT-DETR).
 */
export function detr(options: DecoderOptions): OutputReader {
  const count = options.manifest.output.names?.length ?? 1;
  return boxReader(options, count === 1 ? inOne(options) : count === 3 ? postProcessed(options) : queries(options));
}

function queries(options: DecoderOptions): BoxFamily {
  const { manifest, score } = options;
  const { labels } = manifest;
  const settings = manifest.output.options ?? {};
  const { background, boxForm: form = 'centre' } = settings;
  const unit = boxUnit(manifest, 'normalised');
  const soft = settings.softmax !== undefined || (settings.sigmoid === undefined && background !== undefined);
  // A missing label must not be taken for a background class.
  const spare = soft ? 'last' : 'none';
  return {
    overlaps: 'keep',
    check: (outputs) => {
      const [logits, boxes] = outputs;
      if (logits === undefined || boxes === undefined || outputs.length > 2) {
        return wrongCount(outputs, 'logits and boxes; or labels, boxes and scores; or one table');
      }
      if (!isFloat(logits) || !fits(logits, [1, undefined, undefined])) {
        return wrongShape(logits, 'float32 [1, queries, classes] as logits');
      }
      if (!isFloat(boxes) || !fits(boxes, [1, undefined, 4]))
        return wrongShape(boxes, 'float32 [1, queries, 4] as boxes');
      const [queriesHere, queriesThere] = [logits.shape[1], boxes.shape[1]];
      if (typeof queriesHere === 'number' && !fits(boxes, [1, queriesHere, 4])) {
        return wrongShape(boxes, `${queriesHere} boxes instead of ${String(queriesThere)}`);
      }
      return checkColumns(logits, logits.shape[2], labels, background, spare);
    },
    collect: ([logits, boxes], candidates) => {
      const [rows, count] = [logits!.shape[1]!, logits!.shape[2]!];
      const columns = classColumns(count, labels, background, spare)!;
      const report = (row: number, column: number, value: number): void => {
        const found = { row, classId: classIdOf(columns, column, labels.length), score: value };
        addBox(candidates, found, { data: boxes!.data, at: 4 * row, form, unit });
      };
      const table = { data: logits!.data, rows, columns, score, report };
      if (soft && settings.softmax !== 'inside') return softQueries(table);
      return settings.sigmoid === 'inside' || soft ? probabilities(table) : independent(table);
    },
  };
}

interface QueryTable {
  readonly data: Float32Array;
  readonly rows: number;
  readonly columns: ClassColumns;
  readonly score: number;
  readonly report: (row: number, column: number, score: number) => void;
}

/** Logits of classes that exclude one another. */
function softQueries({ data, rows, columns, score, report }: QueryTable): undefined {
  const { count, background } = columns;
  const all = new Float64Array(count);
  for (let row = 0; row < rows; row++) {
    softmax(data, row * count, 1, count, all);
    let best = -1;
    for (let c = 0; c < count; c++) if (c !== background && (best < 0 || all[c]! > all[best]!)) best = c;
    if (best >= 0 && all[best]! >= score) report(row, best, all[best]!);
  }
  return undefined;
}

/** Logits of classes that do not exclude one another. */
function independent({ data, rows, columns, score, report }: QueryTable): undefined {
  const { count, background } = columns;
  const enough = logit(score);
  for (let row = 0; row < rows; row++) {
    for (let c = 0; c < count; c++) {
      const value = data[row * count + c]!;
      if (value >= enough && c !== background) report(row, c, sigmoid(value));
    }
  }
  return undefined;
}

/** Scores 0 to 1. */
function probabilities({ data, rows, columns, score, report }: QueryTable): BadOutput | undefined {
  const { count, background } = columns;
  for (let row = 0; row < rows; row++) {
    for (let c = 0; c < count; c++) {
      const value = data[row * count + c]!;
      if (value < -SCORE_SLACK || value > 1 + SCORE_SLACK) return impossibleScore(Math.min(0, value), value);
      if (value >= score && c !== background) report(row, c, value);
    }
  }
  return undefined;
}

const LABEL_TYPES = new Set(['int64', 'int32', 'float32', 'float64', 'uint8']);

function postProcessed(options: DecoderOptions): BoxFamily {
  const { manifest, score } = options;
  const names = manifest.labels;
  const { background, boxForm: form = 'corners' } = manifest.output.options ?? {};
  const unit = boxUnit(manifest, 'pixels');
  // Labels may count the background, as torchvision's do: they then begin after it.
  const columns = classColumns(names.length + (background === undefined ? 0 : 1), names, background, 'none');
  return {
    overlaps: 'keep',
    check: ([labels, boxes, scores]) => {
      if (labels === undefined || boxes === undefined || scores === undefined) return wrongCount([], 'three');
      const typed = labels.type === undefined || LABEL_TYPES.has(labels.type);
      if (!typed || !isRow(labels)) return wrongShape(labels, 'integers [1, queries] as labels');
      if (!isFloat(scores) || !isRow(scores)) return wrongShape(scores, 'float32 [1, queries] as scores');
      if (!isFloat(boxes) || !(fits(boxes, [1, undefined, 4]) || fits(boxes, [undefined, 4]))) {
        return wrongShape(boxes, 'float32 [1, queries, 4] as boxes');
      }
      const counts = [labels.shape.at(-1), scores.shape.at(-1), boxes.shape.at(-2)].filter(isNumber);
      return new Set(counts).size > 1 ? wrongShape(boxes, 'as many boxes as labels and scores') : undefined;
    },
    collect: ([labels, boxes, scores], candidates) => {
      const table = { row: 0, classId: 0, score: 0 };
      for (let row = 0; row < scores!.data.length; row++) {
        const value = scores!.data[row]!;
        const label = labels!.data[row]!;
        // A row that is not in use.
        if (label < 0 && value <= 0) continue;
        if (value < -SCORE_SLACK || value > 1 + SCORE_SLACK) return impossibleScore(Math.min(0, value), value);
        if (!(value >= score) || label === background) continue;
        const classId = columns === undefined ? label : classIdOf(columns, label, names.length);
        if (!Number.isInteger(classId) || classId < 0 || classId >= names.length) {
          return { bad: 'values', message: `a box has class ${label}, but there are ${names.length} labels` };
        }
        addBox(candidates, { ...table, row, classId, score: value }, { data: boxes!.data, at: 4 * row, form, unit });
      }
      return undefined;
    },
  };
}

function isRow(output: DeclaredOutput): boolean {
  return fits(output, [1, undefined]) || fits(output, [undefined]);
}

function isNumber(size: number | string | undefined): size is number {
  return typeof size === 'number';
}

function inOne(options: DecoderOptions): BoxFamily {
  const { manifest, score } = options;
  const layout = manifest.output.layout ?? 'anchors_first';
  const classes = manifest.labels.length;
  const [ux, uy] = boxUnit(manifest, 'normalised');
  return {
    overlaps: 'keep',
    check: ([table]) => {
      if (table === undefined) return wrongLabels({ name: '', shape: [] }, 0, classes);
      return checkTable(table, { layout, fixed: 4, classes });
    },
    collect: ([table], candidates) => {
      const { data, shape } = table!;
      const { rows, step, stride } = walk(shape, layout);
      for (let row = 0; row < rows; row++) {
        const at = row * stride;
        for (let c = 0; c < classes; c++) {
          const value = data[at + (4 + c) * step]!;
          if (value < -SCORE_SLACK || value > 1 + SCORE_SLACK) return impossibleScore(Math.min(0, value), value);
          if (!(value >= score)) continue;
          const [cx, cy] = [data[at]! * ux, data[at + step]! * uy];
          candidates.addCentred(row, c, value, cx, cy, data[at + 2 * step]! * ux, data[at + 3 * step]! * uy);
        }
      }
      return undefined;
    },
  };
}
