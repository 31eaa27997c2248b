import { type Clock, type Logger, LogThrottle, messageOf, unlessAbort } from '@lineside/kit';
import { type Clip, type ClipSpan, encodeVideo } from '../camera/index.ts';
import type { PictureSize } from '../domain/index.ts';
import { drawJpeg } from './draw.ts';
import type { FrameRing, HeldFrame } from './frame-ring.ts';

interface Still {
  readonly atMs: number;
  readonly jpeg: Buffer;
  readonly size: PictureSize;
}

export interface CoveredVideoOptions {
  readonly maxBytes: number;
  /** Frames a second of the clips: those of the inspection. */
  readonly fps: number;
  readonly ring: FrameRing;
  readonly clock: Clock;
  readonly logger: Logger;
  /** FFmpeg, once it was found. */
  readonly command: () => Promise<string>;
}

/** The last inspection may be late by so much. */
const LATE_MS = 1_500;
/** Wider frames would leave less time in the same memory. */
const MAX_WIDTH = 960;
/** Without a frame for so long, the clip shows a shorter time. */
const BREAK_MS = 10_000;

/**
 * The newest video of a camera with privacy: frames in which people and masked parts are covered already, as JPEG in
 * memory, bounded in bytes. The stream as it came from the camera is not kept at all. A clip is encoded from them when
 * there is an event.
 */
export class CoveredVideo {
  readonly #options: CoveredVideoOptions;
  readonly #throttle: LogThrottle;
  #stills: Still[] = [];
  #bytes = 0;
  #busy = false;

  constructor(options: CoveredVideoOptions) {
    this.#options = options;
    this.#throttle = new LogThrottle({ everyMs: 60_000, nowMs: () => options.clock.monoMs() });
  }

  /** Bytes held for clips to come. */
  get bytes(): number {
    return this.#bytes;
  }

  /** Takes a frame that is covered. One that arrives while another is compressed is left out. */
  add(frame: HeldFrame): void {
    if (this.#busy) return;
    this.#busy = true;
    const { ring, logger } = this.#options;
    ring.pin(frame);
    void this.#compress(frame)
      .catch((error: unknown) => {
        const count = this.#throttle.due('compress');
        if (count !== undefined) logger.warn({ error: messageOf(error), count }, 'a frame cannot be kept for clips');
      })
      .finally(() => {
        this.#busy = false;
        ring.unpin(frame);
      });
  }

  /**
   * A clip of this time, as far as it is held; undefined where nothing of it is. Waits until its end has come.
   *
   * @throws StreamError where FFmpeg cannot encode it.
   */
  async clip({ fromMs, toMs }: ClipSpan, signal: AbortSignal): Promise<Clip | undefined> {
    const { clock, fps, command } = this.#options;
    const waitMs = toMs + LATE_MS - clock.monoMs();
    if (waitMs > 0) await clock.sleep(waitMs, signal).catch(unlessAbort);
    signal.throwIfAborted();
    const stills = sameSize(this.#stills.filter(({ atMs }) => atMs >= fromMs && atMs <= toMs));
    const [first, last] = [stills[0], stills.at(-1)];
    if (first === undefined || last === undefined) return undefined;
    const jpegs = evenlySpaced(stills, fps);
    const mp4 = await encodeVideo({ jpegs, fps, command: await command(), signal });
    return { mp4, ...first.size, fromMs: first.atMs, toMs: last.atMs };
  }

  async #compress({ pixels, size, matrix, source, arrivedMs }: HeldFrame): Promise<void> {
    const drawn = await drawJpeg({ pixels, size, matrix, source, overlays: [], maxWidth: MAX_WIDTH });
    const { jpeg, width, height } = drawn;
    this.#stills.push({ atMs: arrivedMs, jpeg, size: { width, height } });
    this.#bytes += jpeg.length;
    while (this.#bytes > this.#options.maxBytes) {
      const oldest = this.#stills.shift();
      if (oldest === undefined) return;
      this.#bytes -= oldest.jpeg.length;
    }
  }
}

/** The newest run of frames of one size: a video has only one. */
function sameSize(stills: readonly Still[]): readonly Still[] {
  const newest = stills.at(-1)?.size;
  const other = stills.findLastIndex(({ size }) => size.width !== newest?.width || size.height !== newest.height);
  return stills.slice(other + 1);
}

/** At each instant of the rate the frame that was the newest then; a long break is shortened. */
function evenlySpaced(stills: readonly Still[], fps: number): readonly Buffer[] {
  const everyMs = 1000 / fps;
  return stills.flatMap(({ atMs, jpeg }, n) => {
    const first = stills[0]?.atMs ?? atMs;
    const slotOf = (ms: number): number => Math.floor((ms - first) / everyMs + 0.5);
    const next = stills[n + 1];
    if (next === undefined) return [jpeg];
    const slots = Math.max(0, slotOf(next.atMs) - slotOf(atMs));
    return Array.from({ length: Math.min(slots, Math.ceil(BREAK_MS / everyMs)) }, () => jpeg);
  });
}
