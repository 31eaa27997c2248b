import { type Clock, messageOf, systemClock } from '@lineside/kit';
import { BufferPool } from './buffer-pool.ts';
import { type FfmpegCapabilities, probeFfmpeg } from './capabilities.ts';
import type { FrameFormat } from './format.ts';
import { givesSnapshots, SnapshotRelay } from './snapshot-relay.ts';
import { isStillFile, socketTimeoutMs } from './sources/index.ts';
import { StreamRun, type StreamSource } from './stream-run.ts';
import { UrlHandover } from './url-handover.ts';

const STALL_MS = 20_000;

/** One frame of a file. `pixels` is valid until the next frame is asked for. */
export interface InputFrame {
  /** From 0. */
  readonly index: number;
  /** Seconds from the beginning of the file; 0 for an image. */
  readonly timeS: number;
  /** Size of the source picture. */
  readonly width: number;
  readonly height: number;
  /** Packed pixels: rgb at the source's size, or what `format` asked for. */
  readonly pixels: Uint8Array<ArrayBuffer>;
}

export interface InputOptions {
  readonly signal: AbortSignal;
  /** Letterboxed for a model; the whole picture in rgb when left out. */
  readonly format?: FrameFormat;
  readonly capabilities?: FfmpegCapabilities;
  readonly clock?: Clock;
  /** Makes a stream of a URL that gives one picture at a time, at this rate; such a URL is one image when left out. */
  readonly snapshotFps?: number;
  /** Of RTSP; TCP when left out. */
  readonly transport?: 'tcp' | 'udp';
}

/**
 * Every frame of an image or a video, in order, at its own rate. FFmpeg waits while a frame is being used.
 *
 * @throws StreamError when the file is missing or is no picture.
 */
export async function* inputFrames(path: string, options: InputOptions): AsyncGenerator<InputFrame, void, void> {
  const { format, clock = systemClock } = options;
  const capabilities = options.capabilities ?? (await probeFfmpeg('ffmpeg', options.signal));
  const pool = new BufferPool();
  const desk = new Handover<InputFrame>();
  const left = new AbortController();
  const signal = AbortSignal.any([options.signal, left.signal]);
  let index = 0;
  await using source = await sourceFor(path, options, clock);
  const run = new StreamRun({
    source,
    request: {
      url: path,
      transport: options.transport ?? 'tcp',
      choice: { kind: 'every' },
      formats: format === undefined ? [] : [format],
      picture: format === undefined ? 'full' : 'none',
      pixelAspect: isStillFile(path) ? 'ignore' : 'honour',
      paced: false,
      loop: false,
      timeoutMs: STALL_MS,
    },
    capabilities,
    pool,
    clock,
    stallMs: () => STALL_MS,
    graceMs: STALL_MS,
    backPressure: true,
    ends: true,
    onFacts: () => undefined,
    onFrame: async ({ outputs, source, timeS }) => {
      const pixels = outputs[0];
      if (pixels === undefined) return;
      await desk.put({ index, timeS: Math.max(0, timeS ?? 0), ...source, pixels });
      index += 1;
      pool.give(pixels);
    },
  });
  const ended = run.run(signal).then(
    (end) => desk.close(end.error),
    (error: unknown) => desk.close(error instanceof Error ? error : new Error(messageOf(error))),
  );
  try {
    yield* desk.taken();
    options.signal.throwIfAborted();
  } finally {
    left.abort();
    desk.leave();
    await ended;
  }
}

/** A camera's snapshot URL is asked again and again, as the inspection does; everything else is read by FFmpeg itself. */
async function sourceFor(
  url: string,
  { signal, snapshotFps }: InputOptions,
  clock: Clock,
): Promise<StreamSource & AsyncDisposable> {
  if (snapshotFps === undefined || !(await givesSnapshots(url, signal))) return UrlHandover.open(url);
  return SnapshotRelay.open({ url, fps: snapshotFps, patienceMs: socketTimeoutMs(snapshotFps), clock });
}

/** Hands items from a callback to an iterator, one at a time: `put` resolves when the taker asks for the next. */
class Handover<T> {
  #item: { readonly value: T; readonly done: () => void } | undefined;
  #wake: () => void = () => undefined;
  #closed: { readonly error: Error | undefined } | undefined;
  #left = false;

  put(value: T): Promise<void> {
    if (this.#left) return Promise.resolve();
    return new Promise((done) => {
      this.#item = { value, done };
      this.#wake();
    });
  }

  close(error: Error | undefined): void {
    this.#closed = { error };
    this.#wake();
  }

  /** Nobody will take any more. */
  leave(): void {
    this.#left = true;
    this.#item?.done();
    this.#item = undefined;
  }

  async *taken(): AsyncGenerator<T, void, void> {
    for (;;) {
      const item = this.#item;
      if (item !== undefined) {
        yield item.value;
        this.#item = undefined;
        item.done();
      } else if (this.#closed !== undefined) {
        if (this.#closed.error !== undefined) throw this.#closed.error;
        return;
      } else {
        await new Promise<void>((resolve) => {
          this.#wake = resolve;
        });
      }
    }
  }
}
