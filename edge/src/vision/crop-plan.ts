import type { BufferPool } from '../camera/index.ts';
import type { Box, CropClasses, CropScore, Detection, PictureSize, InferenceOutput } from '../domain/index.ts';
import type { SessionAnswer } from '../inference/index.ts';

/** One input of a model, and its place in the source frame. */
export interface Crop {
  /** Pixels of the model's input, to be taken once; the taker gives them back to the pool. */
  take(): Promise<Uint8Array<ArrayBuffer>> | Uint8Array<ArrayBuffer>;
  /** Size in source pixels of what it shows, and its upper left corner. */
  readonly size: PictureSize;
  readonly left: number;
  readonly top: number;
  /** Box of the detection of which it is the crop, in source pixels. */
  readonly detected?: Box;
}

/** The inputs that one frame gives to a model, and how the answers are merged. */
export interface CropPlan {
  readonly crops: readonly Crop[];
  /** False when some detections were left out because of the limit. */
  readonly complete: boolean;
  /** Merges the detections of all crops, in source pixels. */
  merge(detections: readonly (readonly Detection[])[]): readonly Detection[];
  /** Gives back what was not taken; to be called once, when the outcome of the frame is known. */
  release(): void;
}

/** The frame, or one region of it, as one input. */
export function singleCrop(pixels: Uint8Array<ArrayBuffer>, place: Omit<Crop, 'take'>, pool: BufferPool): CropPlan {
  let waiting: Uint8Array<ArrayBuffer> | undefined = pixels;
  const take = (): Uint8Array<ArrayBuffer> => {
    waiting = undefined;
    return pixels;
  };
  return {
    crops: [{ ...place, take }],
    complete: true,
    merge: (detections) => detections.flat(),
    release: () => {
      if (waiting !== undefined) pool.give(waiting);
    },
  };
}

/** A detection of a crop in pixels of the source frame. */
export function movedToSource(detection: Detection, { left, top }: Pick<Crop, 'left' | 'top'>): Detection {
  if (left === 0 && top === 0) return detection;
  const { mask, ...rest } = detection;
  const [x1, y1, x2, y2] = detection.box;
  const box = [x1 + left, y1 + top, x2 + left, y2 + top] as const;
  if (mask === undefined) return { ...rest, box };
  return { ...rest, box, mask: { ...mask, x: mask.x + Math.round(left), y: mask.y + Math.round(top) } };
}

/** The answers of all crops as one. A crop that failed fails the frame: a part without a result is not "no defect". */
export function joinAnswers(work: CropPlan, answers: readonly SessionAnswer[], nowMs: number): SessionAnswer {
  const [first] = answers;
  if (first === undefined) {
    const seen = { detections: work.merge([]) };
    return { pixels: new Uint8Array(0), seen, failure: undefined, startedMs: nowMs, inferMs: 0, decodeMs: 0 };
  }
  const seen = answers.flatMap((answer) => answer.seen ?? []);
  const failed = answers.find((answer) => answer.seen === undefined);
  const sum = (pick: (answer: SessionAnswer) => number): number => answers.reduce((all, one) => all + pick(one), 0);
  return {
    ...first,
    seen:
      failed === undefined
        ? { ...joinOutputs(work, seen), ...cropScores(work, seen), ...cropClasses(work, seen) }
        : undefined,
    failure: failed?.failure,
    // Crops of one run all carry the time of that run.
    inferMs: [...new Map(answers.map((answer) => [answer.startedMs, answer.inferMs])).values()].reduce(
      (a, b) => a + b,
      0,
    ),
    decodeMs: sum(({ decodeMs }) => decodeMs),
  };
}

/** The score of each detection that was cropped. */
function cropScores({ crops }: CropPlan, seen: readonly InferenceOutput[]): Pick<InferenceOutput, 'cropScores'> {
  const scores = seen.flatMap(({ anomaly }, n): CropScore[] => {
    const box = crops[n]?.detected;
    return anomaly === undefined || box === undefined ? [] : [{ box, score: anomaly.score }];
  });
  return scores.length === 0 ? {} : { cropScores: scores };
}

/** The classes of each detection that was cropped. */
function cropClasses({ crops }: CropPlan, seen: readonly InferenceOutput[]): Pick<InferenceOutput, 'cropClasses'> {
  const answers = seen.flatMap(({ classes }, n): CropClasses[] => {
    const box = crops[n]?.detected;
    return classes === undefined || box === undefined ? [] : [{ box, classes }];
  });
  return answers.length === 0 ? {} : { cropClasses: answers };
}

/** Classes and maps describe one input; of several, the highest anomaly score counts for the frame. */
function joinOutputs(work: CropPlan, seen: readonly InferenceOutput[]): InferenceOutput {
  const [first] = seen;
  const detections = work.merge(
    seen.map((one, n) =>
      one.detections.map((detection) => movedToSource(detection, work.crops[n] ?? { left: 0, top: 0 })),
    ),
  );
  if (first !== undefined && seen.length === 1) return { ...first, detections };
  const anomalies = seen.flatMap(({ anomaly }) => anomaly ?? []);
  const [one] = anomalies;
  if (one === undefined) return { detections };
  const crops = anomalies.map(({ score }) => score);
  const { limit, watching } = one;
  const of = { ...(limit === undefined ? {} : { limit }), ...(watching === undefined ? {} : { watching }) };
  return { detections, anomaly: { score: Math.max(...crops), ...of, crops } };
}
