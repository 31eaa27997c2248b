import type { FrameRef, InferenceResult, SkipReason } from '../domain/index.ts';
import type { SessionAnswer, SessionFrame } from '../inference/index.ts';
import type { RoundRobinMailbox } from './round-robin-mailbox.ts';
import type { Crop, CropPlan } from './crop-plan.ts';

/** A frame for a model to inspect. */
export interface InferenceRequest {
  readonly frame: FrameRef;
  readonly arrivedMs: number;
  readonly work: CropPlan;
  /** True when no frame may be skipped: it waits for a model that is loading. */
  readonly mustInspect: boolean;
  /** Changes a result before it is sent: called once with it, where there is one, and calls `send` once, then or later. */
  readonly refine?: (result: InspectedResult, send: (refined: InspectedResult) => void) => void;
  /** Called once, with the result, or with the reason why the frame was skipped. */
  readonly onOutcome: (outcome: Outcome) => void;
}

/** A result of a frame that was inspected. */
export type InspectedResult = Exclude<InferenceResult, { readonly status: 'no_result' }>;

export type Outcome = { readonly result: InferenceResult } | { readonly skipped: SkipReason };

/** A frame while its inputs pass through the model, in one run or in several. */
export interface Job {
  readonly request: InferenceRequest;
  /** How many of its cuts are on their way or answered. */
  asked: number;
  /** Without their pixels, in the order of the cuts. */
  readonly answers: SessionAnswer[];
  /** True when the outcome of the frame is known. */
  ended: boolean;
}

export function jobOf(request: InferenceRequest): Job {
  return { request, asked: 0, answers: [], ended: false };
}

/** One input of one frame in a run. */
export interface Input {
  readonly job: Job;
  readonly crop: Crop;
}

/** The inputs that wait now, and frames that have no inputs. */
export interface Gathered {
  readonly inputs: readonly Input[];
  readonly empty: readonly Job[];
}

/**
 * At most `limit` inputs of those that wait now: one of each camera in turn, and more while there is capacity. A frame
 * with more inputs than that keeps its place for the next turns of its camera.
 */
export function gather(mailbox: RoundRobinMailbox<Job>, first: Job, limit: number): Gathered {
  const inputs: Input[] = [];
  const empty: Job[] = [];
  let job: Job | undefined = first;
  while (job !== undefined) {
    const { crops } = job.request.work;
    const crop = crops[job.asked];
    if (crop === undefined) empty.push(job);
    else {
      job.asked += 1;
      inputs.push({ job, crop });
      if (job.asked < crops.length) mailbox.keep(job.request.frame.camera, job);
    }
    job = inputs.length < limit ? mailbox.poll() : undefined;
  }
  return { inputs, empty };
}

/** An input with its pixels, or why it cannot be cropped. */
export type Taken = (Input & SessionFrame) | { readonly job: Job; readonly failure: unknown };

/** The pixels of all inputs, cropped concurrently; in their order. */
export async function takeAll(inputs: readonly Input[]): Promise<readonly Taken[]> {
  return Promise.all(
    inputs.map(async ({ job, crop }): Promise<Taken> => {
      try {
        return { job, crop, pixels: await crop.take(), source: crop.size };
      } catch (failure) {
        return { job, failure };
      }
    }),
  );
}
