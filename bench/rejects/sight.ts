import type { InferenceResult } from '../../edge/src/domain/index.ts';
import type { Tracker } from '../../edge/src/pipeline/index.ts';

/** What is seen of the product camera: frames at a constant rate, the first at time 0, and who follows what is in them. */
export interface Sight {
  readonly width: number;
  readonly height: number;
  readonly fps: number;
  readonly tracker: Tracker;
  /** Asked for with rising frames, each once. */
  resultOf(frame: number): InferenceResult;
}

/** Of a frame that did not arrive. */
export const NO_FRAME: InferenceResult = { status: 'no_result', reason: 'inference_error' };
