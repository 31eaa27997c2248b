import type { Box, Severity } from '../../domain/index.ts';
import type { LineReport } from '../line/index.ts';

/** One transition of an event, as it was decided; it may not be in the journal yet. */
export interface EventNews {
  readonly event: string;
  readonly phase: string;
  readonly kind: string;
  readonly severity: Severity;
  readonly camera: string;
  readonly zone?: string;
  readonly rule: string;
  readonly ruleType: string;
  readonly label: string;
  readonly score?: number;
  readonly reason?: string;
  readonly durationMs: number;
  readonly atMs: number;
  readonly details?: Readonly<Record<string, string | number | boolean>>;
}

/** What the rules were given for one frame: objects that are followed. Boxes are two corners, in pixels of `width` x `height`. */
export interface TracksNews {
  readonly camera: string;
  readonly model: string;
  readonly frame: number;
  readonly width: number;
  readonly height: number;
  readonly atMs: number;
  readonly tracks: readonly {
    readonly id: number;
    readonly label: string;
    readonly score: number;
    readonly confirmed: boolean;
    readonly box: Box;
  }[];
}

/** What a model said of one frame. `no_result` is never "nothing there". */
export interface DetectionsNews {
  readonly camera: string;
  readonly model: string;
  readonly frame: number;
  readonly width: number;
  readonly height: number;
  readonly atMs: number;
  readonly status: 'ok' | 'degraded' | 'no_result';
  readonly reason?: string;
  readonly detections: readonly { readonly label: string; readonly score: number; readonly box: Box }[];
}

/** A picture of a camera, covered as its privacy settings want it. */
export interface PictureNews {
  readonly camera: string;
  readonly frame: number;
  readonly width: number;
  readonly height: number;
  readonly atMs: number;
  readonly jpeg: Uint8Array;
}

/** What the main process tells the feeds. */
export type LineNews =
  | { readonly type: 'report'; readonly report: LineReport }
  | { readonly type: 'event'; readonly event: EventNews }
  | { readonly type: 'tracks'; readonly tracks: TracksNews }
  | { readonly type: 'detections'; readonly detections: DetectionsNews }
  | { readonly type: 'picture'; readonly picture: PictureNews };

/** What may be left out when the feeds do not keep up; reports follow each other, events are few. */
export type StreamName = 'tracks' | 'detections' | 'frames';
