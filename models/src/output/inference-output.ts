import type { Box, Detection } from './detection.ts';

/** A class that a classification gives the whole frame. */
export interface ClassScore {
  readonly label: string;
  /** 0 to 1. */
  readonly score: number;
}

/** How much a frame differs from the images that a model learned from. */
export interface Anomaly {
  /** The model's own number: higher is less usual. */
  readonly score: number;
  /** The limit on the same scale, where the model has one. */
  readonly limit?: number;
  /** The model was taught and is only watching: whatever it scores is no event. */
  readonly watching?: true;
  /** Scores of the crops of this frame, where the model inspects several; `score` is the greatest. */
  readonly crops?: readonly number[];
  /** The same for each place of the source frame, row by row, at the map's own resolution. */
  readonly map?: { readonly width: number; readonly height: number; readonly values: Float32Array };
}

/**
 * What a model reports about one frame. Boxes are in pixels of the source frame, best score first. A class or an anomaly
 * that scores enough is also a detection over the whole frame.
 */
export interface InferenceOutput {
  readonly detections: readonly Detection[];
  /** Of a classification: best first. */
  readonly classes?: readonly ClassScore[];
  readonly anomaly?: Anomaly;
  /** Of an anomaly model that inspects the detections of another model: one for each detection. */
  readonly cropScores?: readonly CropScore[];
  /** Of a classification that inspects the detections of another model: the classes of each. */
  readonly cropClasses?: readonly CropClasses[];
}

/** The classes of one crop, best first; `box` is that of the detection, in pixels of the source frame. */
export interface CropClasses {
  readonly box: Box;
  readonly classes: readonly ClassScore[];
}

/** How unusual one crop is, on the model's own scale; `box` is that of the detection, in pixels of the source frame. */
export interface CropScore {
  readonly box: Box;
  readonly score: number;
}
