import {
  type CameraReference,
  type HealthLimits,
  HEALTH_DEFAULTS,
  type PictureSize,
  type PictureState,
  type StreamState,
} from '../../domain/index.ts';
import type { LumaAt } from './luma.ts';
import { PacketMeter } from './packet-meter.ts';
import { type PictureFigures, pictureFigures } from './picture-figures.ts';
import { PictureHealth } from './picture-health.ts';
import { type StreamFactors, StreamHealth } from './stream-health.ts';
import type { View } from './view.ts';

export interface SeenPicture {
  readonly lumaAt: LumaAt;
  readonly size: PictureSize;
  /** Undefined while it may not be seen. */
  readonly view: View | undefined;
}

export interface HealthReport {
  readonly picture: PictureState;
  readonly stream: StreamState;
}

/** What a camera is judged by. */
export interface HealthOptions {
  readonly limits?: HealthLimits | undefined;
  readonly reference?: CameraReference | undefined;
  /** Cells of the view that show a mask, row by row; see `VIEW`. */
  readonly hidden?: readonly boolean[] | undefined;
}

/** Everything that is judged of one camera while frames come. */
export class CameraHealth {
  readonly #picture: PictureHealth;
  readonly #stream: StreamHealth;
  readonly #packets = new PacketMeter();
  #reference: CameraReference | undefined;
  #figures: PictureFigures | undefined;
  #lastMs = 0;

  constructor({ limits = HEALTH_DEFAULTS, reference, hidden }: HealthOptions = {}) {
    this.#picture = new PictureHealth(limits, hidden);
    this.#stream = new StreamHealth(limits);
    this.use(reference);
  }

  get reference(): CameraReference | undefined {
    return this.#reference;
  }

  /** For how long the view has been clear and seen without a break. */
  get knownMs(): number {
    return this.#picture.knownMs;
  }

  /** Compares with this reference from now on. */
  use(reference: CameraReference | undefined): void {
    this.#reference = reference;
    this.#picture.use(reference);
    this.#stream.use(reference);
  }

  /** The stream begins anew. */
  restart(): void {
    this.#picture.restart();
    this.#packets.restart();
  }

  /** The stream ended without being asked to. */
  failed(nowMs: number): void {
    this.#stream.failed(nowMs);
  }

  /** Takes what FFmpeg wrote about packets that arrived. */
  packets(chunk: Uint8Array, nowMs: number): void {
    this.#packets.push(chunk, nowMs);
  }

  /**
   * Judges one picture and the stream that it came with. About once a second. Of the picture figures are kept, and its
   * view: that of a covered picture where pictures of this camera are covered.
   */
  judge(seen: SeenPicture, factors: StreamFactors, nowMs: number): HealthReport {
    const { lumaAt, size, view } = seen;
    const figures = pictureFigures(lumaAt, size);
    this.#figures = figures;
    this.#lastMs = nowMs;
    const problems = this.#picture.judge(figures, view, nowMs);
    const { similarity } = this.#picture;
    return {
      picture: {
        problems,
        ...{ luma: tenth(figures.luma), contrast: tenth(figures.contrast), sharpness: tenth(figures.sharpness) },
        ...(similarity === undefined ? {} : { similarity: Math.round(similarity * 100) / 100 }),
      },
      stream: this.#stream.judge(this.#packets.figures(nowMs), factors, nowMs),
    };
  }

  /** What the camera is like now, to be accepted as it should be; undefined while it has not been clear for long enough. */
  measure(wallMs: number): CameraReference | undefined {
    const view = this.#picture.measured();
    const figures = this.#figures;
    if (view === undefined || figures === undefined) return undefined;
    return {
      v: 1,
      acceptedAtMs: wallMs,
      measuredMs: Math.round(this.#picture.knownMs),
      ...view,
      ...{ luma: figures.luma, contrast: figures.contrast, sharpness: figures.sharpness },
      ...this.#packets.figures(this.#lastMs),
    };
  }
}

function tenth(value: number): number {
  return Math.round(value * 10) / 10;
}
