import type { Task } from '@lineside/models';
import type { Prediction } from '../predictor/index.ts';
import type { TrialFrame } from './images.ts';

/** The prediction of a model for one trial image. */
export interface Shown {
  readonly frame: TrialFrame;
  readonly answer: Prediction;
}

/** Why predictions cannot be right, and what may be wrong; undefined where they may be right. */
export interface Implausible {
  readonly message: string;
  readonly advice: string;
}

/** More objects than these on an image without any, or on every photograph, are not objects. */
const NOTHING_MOST = 100;
const EVERYWHERE_MOST = 200;
/** Fewer boxes may lie anywhere by chance. */
const BOXES_LEAST = 6;
const CORNER_PIXELS = 4;
const CERTAIN = 0.999;

const FORMAT =
  'the outputs are probably of another kind: name it with --family or --output-options, or import it as degraded with --force';

/**
 * Whether the predictions are those of a model that was read wrongly. Among the images are always noise, shapes and grey,
 * on which a model for anything else has little to report.
 */
export function findImplausible(
  task: Task,
  shown: readonly Shown[],
  { threshold, usual }: { readonly threshold: number | undefined; readonly usual: number },
): Implausible | undefined {
  switch (task) {
    case 'anomaly':
      return alwaysUnusual(shown, threshold, usual);
    case 'classify':
      return undefined;
    case 'detect':
    case 'segment':
      return tooManyBoxes(shown) ?? oddBoxes(shown);
  }
}

/** Observations that do not forbid the import. */
export function plausibilityNotes(task: Task, shown: readonly Shown[]): readonly string[] {
  if (task !== 'classify' || shown.length < 4) return [];
  const best = shown.map(({ answer }) => ('classes' in answer ? answer.classes[0] : undefined));
  const [first] = best;
  if (first === undefined || !best.every((one) => one?.label === first.label && one.score >= CERTAIN)) return [];
  return [
    `every image, also noise and grey, is ${first.label} with score 1.00: check --mean, --std, --color and --labels`,
  ];
}

function alwaysUnusual(shown: readonly Shown[], threshold: number | undefined, usual: number): Implausible | undefined {
  const scores = shown.flatMap(({ answer }) => ('anomaly' in answer ? answer.anomaly.score : []));
  if (threshold !== undefined || scores.length < 2 || scores.some((score) => score < usual)) return undefined;
  const most = Math.max(...scores);
  const range = `${Math.min(...scores).toPrecision(3)} to ${most.toPrecision(3)}`;
  return {
    message: `reports every image as unusual: its scores run from ${range}, and no threshold is set`,
    advice: `if it is a model for anomalies, set a threshold on its own scale with --output-options '{"threshold": ${(1.2 * most).toPrecision(2)}}', from images of good products`,
  };
}

function tooManyBoxes(shown: readonly Shown[]): Implausible | undefined {
  const counts = (made: boolean): readonly number[] =>
    shown.flatMap(({ frame, answer }) => ((frame.picture.kind === 'made') === made ? [answer.detections.length] : []));
  const onNothing = counts(true).find((count) => count > NOTHING_MOST);
  if (onNothing !== undefined) {
    return { message: `reports ${onNothing} objects on an image that shows nothing`, advice: FORMAT };
  }
  const onPhotographs = counts(false);
  const least = Math.min(...onPhotographs);
  if (onPhotographs.length < 2 || least <= EVERYWHERE_MOST) return undefined;
  return { message: `reports ${least} objects or more on every photograph`, advice: FORMAT };
}

/** Boxes that all lie in a corner, or all cover the image, are in another unit. */
function oddBoxes(shown: readonly Shown[]): Implausible | undefined {
  const boxes = shown.flatMap(({ frame, answer }) =>
    answer.detections.map(({ box }) => ({ box, source: frame.source })),
  );
  if (boxes.length < BOXES_LEAST) return undefined;
  if (boxes.every(({ box }) => box[2] <= CORNER_PIXELS && box[3] <= CORNER_PIXELS)) {
    const advice = `the boxes are probably fractions: add --output-options '{"boxes": "normalised"}'`;
    return { message: `reports all ${boxes.length} boxes in one corner`, advice };
  }
  const whole = boxes.filter(({ box, source }) => {
    return box[0] <= 0 && box[1] <= 0 && box[2] >= source.width && box[3] >= source.height;
  });
  if (whole.length < boxes.length) return undefined;
  return { message: `reports ${whole.length} boxes that all cover the complete image`, advice: FORMAT };
}
