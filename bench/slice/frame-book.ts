import type { Inspection } from '../../edge/src/domain/index.ts';
import { systemClock } from '@lineside/kit';
import type { Recorder } from '../../edge/src/pipeline/index.ts';

/** One inspected frame of the measured stretch; times are CLOCK_MONOTONIC ms. */
export interface FrameRow {
  readonly camera: string;
  readonly index: number;
  /** When it had reached the vision process completely. */
  readonly arrivedMs: number;
  readonly resultMs: number;
  readonly inferMs: number;
  /** When its event was in the journal; null when it never was. */
  journaledMs: number | null;
}

/** Records when each frame was inspected and when its event was in the journal. */
export class FrameBook {
  readonly rows = new Map<string, FrameRow>();
  readonly seen = new Map<string, number>();
  measuring = false;

  around(recorder: Recorder): Recorder {
    return {
      record: async (event, picture) => {
        const position = await recorder.record(event, picture);
        const row = this.rows.get(`${event.camera}/${event.frame?.index ?? -1}`);
        if (row !== undefined && event.output.phase === 'opened') row.journaledMs = systemClock.monoMs();
        return position;
      },
    };
  }

  inspection({ frame, result, times }: Inspection): void {
    const { camera, index, atMs } = frame;
    if (result.status === 'no_result') return;
    this.seen.set(camera, (this.seen.get(camera) ?? 0) + 1);
    if (!this.measuring) return;
    const resultMs = systemClock.monoMs();
    const row = { camera, index, arrivedMs: atMs, resultMs, inferMs: times.inferMs, journaledMs: null };
    this.rows.set(`${camera}/${index}`, row);
  }
}
