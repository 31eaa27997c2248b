import type { BufferPool } from '../camera/index.ts';
import type { Detection, PictureSize, InferenceOutput } from '../domain/index.ts';
import type { SessionAnswer } from '../inference/index.ts';

/** One input of a model, and where in the source picture it lies. */
export interface Crop {
  /** Pixels of the model's input, to be taken once; the taker gives them back to the pool. */
  take(): Promise<Uint8Array<ArrayBuffer>> | Uint8Array<ArrayBuffer>;
  /** Size in source pixels of what it shows, and its upper left corner. */
  readonly size: PictureSize;
  readonly left: number;
  readonly top: number;
}

/** What of one frame a model is to look at, and how its answers become one. */
export interface CropPlan {
  readonly crops: readonly Crop[];
  /** False when there was more to look at than was allowed. */
  readonly complete: boolean;
  /** Detections of each cut, in source pixels, as one list. */
  merge(finds: readonly (readonly Detection[])[]): readonly Detection[];
  /** Gives back what was not taken; to be called once, when the frame has its fate. */
  release(): void;
}

/** The picture, or one part of it, in one input. */
export function singleCrop(pixels: Uint8Array<ArrayBuffer>, place: Omit<Crop, 'take'>, pool: BufferPool): CropPlan {
  let waiting: Uint8Array<ArrayBuffer> | undefined = pixels;
  const take = (): Uint8Array<ArrayBuffer> => {
    waiting = undefined;
    return pixels;
  };
  return {
    crops: [{ ...place, take }],
    complete: true,
    merge: (finds) => finds.flat(),
    release: () => {
      if (waiting !== undefined) pool.give(waiting);
    },
  };
}

/** A detection of a cut in pixels of the whole source. */
export function moved(detection: Detection, { left, top }: Pick<Crop, 'left' | 'top'>): Detection {
  if (left === 0 && top === 0) return detection;
  const { mask, ...rest } = detection;
  const [x1, y1, x2, y2] = detection.box;
  const box = [x1 + left, y1 + top, x2 + left, y2 + top] as const;
  if (mask === undefined) return { ...rest, box };
  return { ...rest, box, mask: { ...mask, x: mask.x + Math.round(left), y: mask.y + Math.round(top) } };
}

/** The answers of all cuts as one; one that failed fails the frame, for a part that was not seen is not "nothing". */
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
    seen: failed === undefined ? joinOutputs(work, seen) : undefined,
    failure: failed?.failure,
    // Cuts that went through in one run all tell its whole time.
    inferMs: [...new Map(answers.map((answer) => [answer.startedMs, answer.inferMs])).values()].reduce(
      (a, b) => a + b,
      0,
    ),
    decodeMs: sum(({ decodeMs }) => decodeMs),
  };
}

/** Classes and maps speak of one input; of several, the highest anomaly stands for the frame. */
function joinOutputs(work: CropPlan, seen: readonly InferenceOutput[]): InferenceOutput {
  const [first] = seen;
  const detections = work.merge(
    seen.map((one, n) => one.detections.map((detection) => moved(detection, work.crops[n] ?? { left: 0, top: 0 }))),
  );
  if (first !== undefined && seen.length === 1) return { ...first, detections };
  const scores = seen.flatMap(({ anomaly }) => anomaly?.score ?? []);
  return scores.length === 0 ? { detections } : { detections, anomaly: { score: Math.max(...scores) } };
}
