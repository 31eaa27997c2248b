import { type Clock, isAbort, messageOf } from '@lineside/kit';
import { type DayWindow, opensInMs, WakeUp } from '../limits/index.ts';
import { problem, type UplinkProblem } from '../ports/index.ts';
import type { MediaTarget, MediaUpload } from './media-upload.ts';

/** The wall clock may be set meanwhile: the time of day is looked at again after this. */
const LOOK_AGAIN_MS = 30_000;

export interface MediaLoopOptions {
  readonly upload: MediaUpload;
  readonly clock: Clock;
  /** When evidence may be sent; always where left out. */
  readonly window?: DayWindow | undefined;
  /** Wait while there is nothing to do or nowhere to send it. */
  readonly retryMs: number;
  /** Where evidence goes now; undefined while no collector takes any. */
  readonly target: () => MediaTarget | undefined;
  readonly report: (what: UplinkProblem) => void;
}

/** Uploads evidence whenever there is some, a collector takes it and the time of day allows it. */
export class MediaLoop {
  readonly #options: MediaLoopOptions;
  readonly #wake = new WakeUp();

  constructor(options: MediaLoopOptions) {
    this.#options = options;
  }

  /** There may be something to do. */
  wake(): void {
    this.#wake.now();
  }

  async run(signal: AbortSignal): Promise<void> {
    const { upload, clock, window, retryMs, target, report } = this.#options;
    while (!signal.aborted) {
      const closedMs = window === undefined ? 0 : opensInMs(window, clock.wallMs());
      const to = target();
      let waitMs = closedMs > 0 ? Math.min(closedMs, LOOK_AGAIN_MS) : retryMs;
      if (to !== undefined && closedMs === 0) {
        try {
          waitMs = await upload.round(to, signal);
        } catch (error) {
          if (isAbort(error)) return;
          report(problem('outbox_failed', messageOf(error)));
        }
      }
      if (waitMs > 0) await this.#wake.wait(clock, waitMs, signal);
    }
  }
}
