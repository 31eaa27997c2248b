import type { CameraConfig } from '../config/index.ts';
import type { LineEvent } from '../domain/index.ts';
import { aborted, type Clock, isAbort, LinesideError, type Logger, messageOf, type Service } from '@lineside/kit';
import type { ClipRequest, Picture, Recorder, VideoClip } from '../pipeline/index.ts';

/** Clips of one camera in the making at the same time; each holds on to its video. */
const AT_ONCE = 3;

export interface ClipKeeperOptions {
  readonly recorder: Recorder & {
    recordClip(
      event: string,
      clip: Omit<VideoClip, 'toMs'> & { readonly camera: string },
    ): Promise<{ readonly sha256: string }>;
  };
  /** How clips of a camera are made, as configured now; undefined where there are none. */
  readonly clips: (camera: string) => CameraConfig['clips'];
  readonly vision: () => { clip(request: ClipRequest, signal: AbortSignal): Promise<VideoClip> };
  readonly clock: Clock;
  readonly log: Logger;
}

/**
 * Records events like the recorder that it is given, and keeps a clip of each event that opens, where its camera and kind
 * have clips: video from before and after it. An event never waits for its clip, and is complete without it.
 */
export class ClipKeeper implements Recorder, Service {
  readonly name = 'clips';
  readonly #options: ClipKeeperOptions;
  readonly #making = new Map<string, number>();
  readonly #jobs = new Set<Promise<void>>();
  readonly #stop = new AbortController();

  constructor(options: ClipKeeperOptions) {
    this.#options = options;
  }

  async record(event: LineEvent, picture: Picture | undefined): Promise<{ readonly seq: number }> {
    const recorded = await this.#options.recorder.record(event, picture);
    if (event.output.phase === 'opened') this.#begin(event);
    return recorded;
  }

  /** Until `signal` aborts; clips whose time is not over then are not kept. */
  async run(signal: AbortSignal): Promise<void> {
    await aborted(signal);
    this.#stop.abort();
    await Promise.all(this.#jobs);
  }

  #begin(event: LineEvent): void {
    const { clips, clock, log } = this.#options;
    const { camera } = event;
    const wanted = clips(camera);
    if (wanted === undefined || !wanted.kinds.includes(event.output.kind) || this.#stop.signal.aborted) return;
    const making = this.#making.get(camera) ?? 0;
    if (making >= AT_ONCE) {
      log.info({ camera, event: event.event }, 'no clip of an event: others of this camera are still being made');
      return;
    }
    this.#making.set(camera, making + 1);
    const atMs = event.frame?.atMs ?? clock.monoMs();
    const request = { camera, atMs, fromMs: atMs - wanted.before.ms, toMs: atMs + wanted.after.ms };
    const job = this.#keep(event.event, request).finally(() => {
      this.#making.set(camera, (this.#making.get(camera) ?? 1) - 1);
      this.#jobs.delete(job);
    });
    this.#jobs.add(job);
  }

  async #keep(event: string, request: ClipRequest): Promise<void> {
    const { vision, recorder, log } = this.#options;
    const { camera } = request;
    try {
      const clip = await vision().clip(request, this.#stop.signal);
      const { sha256 } = await recorder.recordClip(event, { ...clip, camera });
      log.debug({ camera, event, sha256, bytes: clip.mp4.byteLength }, 'a clip of an event is kept');
    } catch (error) {
      if (isAbort(error) && this.#stop.signal.aborted) return;
      const code = error instanceof LinesideError ? error.code : undefined;
      log.warn({ camera, event, code, error: messageOf(error) }, 'an event has no clip');
    }
  }
}
