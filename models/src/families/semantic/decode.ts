import { type Box, type Detection, letterbox, unletterbox } from '../../output/index.ts';
import { impossibleScore, NOT_FINITE, wrongCount, wrongLabels, wrongShape } from '../decoding/bad-output.ts';
import { DETECTIONS_MAX } from '../decoding/candidates.ts';
import { checkColumns, classColumns, type ClassColumns, classIdOf } from '../decoding/class-columns.ts';
import { type BadOutput, type DecoderOptions, isBad, type OutputReader } from '../decoding/decoder.ts';
import { maskOf } from '../decoding/masks.ts';
import { allFinite, floats, SCORE_SLACK, sigmoid, softmax } from '../decoding/numbers.ts';
import { connectedRegions } from './regions.ts';

/** Fraction of the input below which a part is noise. */
const AREA_LEAST = 0.0004;

/** Axes of the map. */
interface MapForm {
  readonly planes: number;
  readonly width: number;
  readonly height: number;
  /** Value of plane p at cell c is at p * planeStep + c * cellStep. */
  readonly planeStep: number;
  readonly cellStep: number;
}

/** The class of each cell, -1 for nothing, and its score. */
interface Labelled {
  readonly classes: Int32Array;
  readonly scores: Float32Array;
}

/**
 * Semantic segmentation: [1, classes, H, W] (`layout: anchors_first`: [1, H, W, classes]), one plane for one class, or a
 * map of numbers of classes in integers. Each connected part of a class becomes a detection with its box, its mask and the
 * mean score of its cells; parts below 0.04 % of the input are noise. The background is never reported.
 */
export function semantic(options: DecoderOptions): OutputReader {
  const { manifest, score } = options;
  const { labels, output, input } = manifest;
  const { background } = output.options ?? {};
  const last = output.layout === 'anchors_first';
  return {
    check: (outputs) => {
      const [map] = outputs;
      if (map === undefined || outputs.length > 1) return wrongCount(outputs, 'one');
      const sizes = map.shape.filter((size) => size !== 1);
      if (map.shape.length < 2 || map.shape.length > 4 || sizes.length < 2)
        return wrongShape(map, 'a map [1, classes, H, W] or [1, H, W]');
      if (map.shape.length < 4) return undefined;
      const planes = last ? map.shape[3] : map.shape[1];
      if (planes === 1)
        return background === undefined && labels.length > 1 ? wrongLabels(map, 1, labels.length) : undefined;
      return checkColumns(map, planes, labels, background, 'first');
    },
    read: ([map], { source }) => {
      const data = floats(map!.data);
      if (!allFinite(data)) return NOT_FINITE;
      const form = formOf(map!.shape, last);
      const labelled = form.planes === 1 ? onePlane(data, form, options) : bestPlane(data, form, options);
      if (isBad(labelled)) return labelled;
      const { regions, numbers } = connectedRegions(labelled.classes, labelled.scores, form);
      const [kx, ky] = [input.width / form.width, input.height / form.height];
      const fit = letterbox(source, input, input.letterbox.anchor);
      const least = Math.max(1, AREA_LEAST * form.width * form.height);
      const detections: Detection[] = [];
      const large = regions
        .filter(({ cells, sum }) => cells >= least && sum / cells >= score)
        .sort((a, b) => b.cells - a.cells)
        .slice(0, DETECTIONS_MAX);
      for (const { classId, cells, sum, left, top, right, bottom, id } of large) {
        const inInput: Box = [left * kx, top * ky, right * kx, bottom * ky];
        const box = unletterbox(inInput, fit, source);
        if (box[2] <= box[0] || box[3] <= box[1]) continue;
        const plain = { label: labels[classId]!, classId, score: Math.min(1, sum / cells), box };
        if (!options.masks) {
          detections.push(plain);
          continue;
        }
        const values = Float32Array.from(numbers, (number) => (number === id ? 0.5 : -0.5));
        const mask = maskOf({ width: form.width, height: form.height, values }, box, { fit, input, source });
        detections.push({ ...plain, mask });
      }
      return { detections: detections.sort((a, b) => b.score - a.score) };
    },
  };
}

function formOf(shape: readonly number[], last: boolean): MapForm {
  if (shape.length === 4 && last) {
    const [, height = 0, width = 0, planes = 0] = shape;
    return { planes, width, height, planeStep: 1, cellStep: planes };
  }
  const [height = 0, width = 0] = shape.slice(-2);
  const planes = shape.length === 4 ? shape[1]! : 1;
  return { planes, width, height, planeStep: width * height, cellStep: 1 };
}

/** One plane: the score of the only class, or the number of the class of each cell where there is a background. */
function onePlane(data: Float32Array, form: MapForm, { manifest, score }: DecoderOptions): Labelled | BadOutput {
  const { labels, output } = manifest;
  const { background, sigmoid: where } = output.options ?? {};
  const cells = form.width * form.height;
  const classes = new Int32Array(cells).fill(-1);
  const scores = new Float32Array(cells);
  const named = labels.findIndex((label) => label.toLowerCase() === 'background');
  const skipped = background ?? named;
  const shift = background !== undefined && named < 0;
  for (let cell = 0; cell < cells; cell++) {
    const value = data[cell]!;
    if (where === undefined) {
      if (value === skipped) continue;
      const classId = shift && value > skipped ? value - 1 : value;
      // 255 is what several data sets call "not labelled".
      if (value === 255 && classId >= labels.length) continue;
      if (!Number.isInteger(value) || classId < 0 || classId >= labels.length) {
        return { bad: 'values', message: `a place has class ${value}, but there are ${labels.length} labels` };
      }
      classes[cell] = classId;
      scores[cell] = 1;
      continue;
    }
    const probability = where === 'outside' ? sigmoid(value) : value;
    if (probability < -SCORE_SLACK || probability > 1 + SCORE_SLACK) return impossibleScore(Math.min(0, value), value);
    if (probability < score) continue;
    classes[cell] = 0;
    scores[cell] = probability;
  }
  return { classes, scores };
}

/** The best plane of each cell. */
function bestPlane(data: Float32Array, form: MapForm, { manifest }: DecoderOptions): Labelled | BadOutput {
  const { labels, output } = manifest;
  const { planes, planeStep, cellStep } = form;
  const columns = classColumns(planes, labels, output.options?.background, 'first') as ClassColumns;
  const cells = form.width * form.height;
  const classes = new Int32Array(cells).fill(-1);
  const scores = new Float32Array(cells);
  const all = new Float64Array(planes);
  const outside = output.options?.softmax === 'outside';
  for (let cell = 0; cell < cells; cell++) {
    const at = cell * cellStep;
    let best = 0;
    for (let p = 1; p < planes; p++) if (data[at + p * planeStep]! > data[at + best * planeStep]!) best = p;
    if (best === columns.background) continue;
    if (outside) softmax(data, at, planeStep, planes, all);
    const value = outside ? all[best]! : data[at + best * planeStep]!;
    if (value < -SCORE_SLACK || value > 1 + SCORE_SLACK) return impossibleScore(Math.min(0, value), value);
    classes[cell] = classIdOf(columns, best, labels.length);
    scores[cell] = value;
  }
  return { classes, scores };
}
