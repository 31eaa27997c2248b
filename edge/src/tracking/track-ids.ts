import type { Detection, Inspection, LeastScores } from '../domain/index.ts';
import { ByteTracker } from './byte-tracker.ts';
import { TRACKER_DEFAULTS } from './options.ts';

/** Ids of the tracks to which the detections of one video belong, for what prints detections. */
export class TrackIds {
  readonly #tracker: ByteTracker;

  /** `threshold`: least score of a detection that begins a track. */
  constructor(threshold: LeastScores) {
    this.#tracker = new ByteTracker({ ...TRACKER_DEFAULTS, highScore: threshold, lowScore: threshold });
  }

  /** The id of each detection, in their order; undefined where a detection is on no track. Frames in order, `atMs` in ms. */
  of(
    frame: { readonly index: number; readonly atMs: number; readonly width: number; readonly height: number },
    detections: readonly Detection[],
  ): readonly (number | undefined)[] {
    const inspection: Inspection = {
      frame: { camera: '', ...frame },
      model: '',
      result: { status: 'ok', detections },
      times: { waitMs: 0, inferMs: 0, decodeMs: 0 },
    };
    const tracks = this.#tracker.update(inspection).filter(({ missed }) => missed === 0);
    return detections.map(({ box, label }) => tracks.find((track) => track.box === box && track.label === label)?.id);
  }
}
