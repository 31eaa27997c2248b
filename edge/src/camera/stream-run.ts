import type { PictureSize } from '../domain/index.ts';
import { type Clock, type LifeSigns, type ProcessExit, readLifeSigns, untilAborted } from '@lineside/kit';
import type { BufferPool } from './buffer-pool.ts';
import type { FfmpegCapabilities } from './capabilities.ts';
import { causeOf, NOTHING_OVER_UDP } from './classify.ts';
import { StreamError } from './errors.ts';
import { type FfmpegRequest, ffmpegArguments } from './ffmpeg-args.ts';
import { FfmpegChild } from './ffmpeg-child.ts';
import { outputSize, pictureBytes } from './format.ts';
import { FrameJoin, type FrameOutputs } from './frame-join.ts';
import { sourceOf } from './sources/index.ts';
import { StallWatch, WATCH_TICK_MS } from './stall-watch.ts';
import { StderrReader, type StreamFacts } from './stderr-reader.ts';
import { type YuvMatrix, yuvBytes } from './yuv-picture.ts';

/** Frames of a recording that may wait before FFmpeg is made to wait. */
const WAITING_MAX = 2;
/** Where only key frames are decoded, arriving packets are a sign of life for so long without a frame. */
export const KEY_FRAME_PATIENCE_MS = 30_000;
/** A child that is silent has this long to end by itself: one that only waits for its camera does. */
const STALL_GRACE_MS = 300;

/** Where FFmpeg reads, without credentials in the arguments. */
export interface StreamSource {
  /** What stands in the arguments. */
  readonly input: string;
  /** Hides the credentials in what FFmpeg writes. */
  redact(text: string): string;
}

export interface StreamRunOptions {
  readonly request: FfmpegRequest;
  /** Opened with the request's URL; stays open until the run has ended. */
  readonly source: StreamSource;
  readonly capabilities: FfmpegCapabilities;
  readonly pool: BufferPool;
  readonly clock: Clock;
  /** Silence that means a stall, once the stream's facts are known. */
  readonly stallMs: (facts: StreamFacts) => number;
  readonly graceMs: number;
  /** True: every frame is delivered, FFmpeg waits. False: frames come as they come, the receiver drops. */
  readonly backPressure: boolean;
  /** True: the source comes to a regular end, which is no failure. */
  readonly ends: boolean;
  readonly onFrame: (frame: RunFrame) => Promise<void> | void;
  /** Called once the stream's size is known, before the first frame. */
  readonly onFacts: (facts: StreamFacts) => void;
  readonly onTick?: () => void;
  /** Takes each line that FFmpeg writes, without credentials. */
  readonly onLine?: ((line: string) => void) | undefined;
  /** Takes the undecoded stream where the request has it. */
  readonly onCopy?: ((chunk: Uint8Array) => void) | undefined;
  /** Takes the lines about packets where the request has them. */
  readonly onPackets?: ((chunk: Uint8Array) => void) | undefined;
  /** Called as soon as a stream that delivered is given up for its silence, before its child is ended. */
  readonly onStalled?: (error: StreamError) => void;
}

export interface RunFrame {
  /** In the order of the request's formats, then the picture. */
  readonly outputs: FrameOutputs;
  readonly source: PictureSize;
  readonly picture: PictureSize | undefined;
  /** Of a picture in planes; undefined for packed rgb. */
  readonly matrix: YuvMatrix | undefined;
  readonly arrivedMs: number;
  /** Seconds on the source's clock, where FFmpeg reported them. */
  readonly timeS: number | undefined;
}

export interface RunEnd {
  /** Undefined when the stream was asked to stop, or a finite source reached its regular end. */
  readonly error: StreamError | undefined;
  /** The child was stopped, or SIGTERM was not enough. */
  readonly forced: boolean;
  readonly frames: number;
  /** Bytes at the end that did not make a frame. */
  readonly droppedBytes: number;
  readonly lastLines: readonly string[];
}

/** The life of one FFmpeg child, from its start to its end. */
export class StreamRun {
  readonly #options: StreamRunOptions;
  readonly #child: FfmpegChild;
  readonly #stderr: StderrReader;
  readonly #watch: StallWatch;
  readonly #waiting: RunFrame[] = [];
  /** Seconds on the source's clock, by the frame's place in this run. */
  readonly #times = new Map<number, number>();
  readonly #over = new AbortController();
  #startedMs = 0;
  #frameMs = Number.NEGATIVE_INFINITY;
  #join: FrameJoin | undefined;
  #frames = 0;
  /** Delivers frames one after the other; undefined while there is nothing to deliver. */
  #delivery: Promise<void> | undefined;
  #failure: { readonly thrown: unknown } | undefined;

  constructor(options: StreamRunOptions) {
    this.#options = options;
    this.#watch = new StallWatch(options.graceMs);
    this.#stderr = new StderrReader({
      redact: (line) => options.source.redact(line),
      onFact: () => this.#factsKnown(),
      onLine: options.onLine,
      onFrameTime: (index, seconds) => {
        if (seconds !== undefined) this.#times.set(index, seconds);
      },
    });
    const { request, source, capabilities } = options;
    this.#child = new FfmpegChild({
      command: capabilities.command,
      args: ffmpegArguments({ ...request, url: source.input }, capabilities),
      outputs: request.formats.length + (request.picture === 'none' ? 0 : 1),
      onBytes: (output, chunk) => {
        // A frame of megabytes comes in many parts, and on a busy device they take seconds.
        this.#watch.excuse();
        this.#join?.push(output, chunk);
      },
      onStderr: (text) => this.#stderr.push(text),
      onCopy: request.copy === true ? options.onCopy : undefined,
      onPackets: request.packets === true ? (chunk) => this.#packets(chunk) : undefined,
      mustDrain: options.backPressure,
    });
  }

  get pid(): number | undefined {
    return this.#child.pid;
  }

  /** Runs until the source ends, fails, stalls, or `signal` aborts; the child is gone when it resolves. */
  async run(signal: AbortSignal): Promise<RunEnd> {
    const stop = AbortSignal.any([signal, this.#over.signal]);
    this.#startedMs = this.#options.clock.monoMs();
    const exited = this.#child.exited.then(
      (exit) => ({ exit, startError: undefined }),
      (error: unknown) => ({ exit: undefined, startError: error }),
    );
    void exited.then(() => this.#over.abort());
    const stalled = await this.#watchUntil(stop);
    const ended = this.#over.signal.aborted && !this.#stderr.facts.sizeChanged && this.#failure === undefined;
    // Of a stream that never began, what FFmpeg writes at its end says more.
    if (stalled && this.#frames > 0) this.#options.onStalled?.(this.#stallError());
    const forced = ended ? false : await this.#endChild(stalled);
    const { exit, startError } = await exited;
    if (ended && this.#delivery !== undefined) await untilAborted(this.#delivery, signal);
    const droppedBytes = this.#join?.end() ?? 0;
    for (const frame of this.#waiting.splice(0)) this.#giveBack(frame.outputs);
    if (this.#failure !== undefined) throw this.#failure.thrown;
    const error = signal.aborted ? undefined : this.#errorOf(stalled, exit, startError);
    return { error, forced, frames: this.#frames, droppedBytes, lastLines: this.#stderr.lines };
  }

  /** True when the child had to be killed. A stopped one holds nothing that a grace would save. */
  async #endChild(stalled: boolean): Promise<boolean> {
    if (!stalled) return this.#child.terminate();
    if (!this.#watch.isStopped) return this.#child.interrupt(STALL_GRACE_MS);
    await this.#child.kill();
    return true;
  }

  /** Watches for a stall until `stop` aborts; true when there is one. */
  async #watchUntil(stop: AbortSignal): Promise<boolean> {
    const { clock, onTick } = this.#options;
    try {
      for (;;) {
        if (this.#waiting.length > 0) this.#watch.excuse();
        const nowMs = clock.monoMs();
        if (this.#watch.tick(nowMs, ...this.#readings(nowMs))) return true;
        onTick?.();
        await clock.sleep(WATCH_TICK_MS, stop);
      }
    } catch (error) {
      if (!stop.aborted) throw error;
      return false;
    }
  }

  /** Of the child and of this process, where they are needed. */
  #readings(nowMs: number): readonly (LifeSigns | undefined)[] {
    const { pid } = this.#child;
    if (pid === undefined || !this.#watch.needsReading) return [];
    return [readLifeSigns({ pid }, nowMs), readLifeSigns({ pid: process.pid, thread: process.pid }, nowMs)];
  }

  #factsKnown(): void {
    const { facts } = this.#stderr;
    const { request, pool, onFacts } = this.#options;
    if (facts.sizeChanged) {
      this.#over.abort();
      return;
    }
    if (this.#join !== undefined || facts.source === undefined) return;
    if (request.picture !== 'none' && facts.picture === undefined) return;
    const { source } = facts;
    const sizes = request.formats.map((format) => pictureBytes(outputSize(format, source)));
    if (facts.picture !== undefined) {
      sizes.push(request.picture === 'evidence-yuv' ? yuvBytes(facts.picture) : pictureBytes(facts.picture));
    }
    this.#join = new FrameJoin(sizes, pool, (outputs) => this.#frameRead(outputs));
    this.#watch.limit(this.#options.stallMs(facts));
    onFacts(facts);
    this.#child.flow();
  }

  #frameRead(outputs: FrameOutputs): void {
    const { facts } = this.#stderr;
    const { clock, backPressure, request } = this.#options;
    if (facts.source === undefined) return;
    const matrix = request.picture === 'evidence-yuv' ? (facts.matrix ?? 'bt601') : undefined;
    const arrivedMs = clock.monoMs();
    const [source, picture] = [facts.source, facts.picture];
    this.#watch.alive();
    this.#frameMs = arrivedMs;
    this.#waiting.push({ outputs, source, picture, matrix, arrivedMs, timeS: undefined });
    if (backPressure && this.#waiting.length >= WAITING_MAX) this.#child.hold();
    this.#delivery ??= this.#deliver()
      .catch((thrown: unknown) => {
        this.#failure = { thrown };
        this.#over.abort();
      })
      .finally(() => {
        this.#delivery = undefined;
      });
  }

  #packets(chunk: Uint8Array): void {
    const { request, clock, onPackets } = this.#options;
    if (request.keyFramesOnly === true && clock.monoMs() - this.#frameMs < KEY_FRAME_PATIENCE_MS) this.#watch.excuse();
    onPackets?.(chunk);
  }

  async #deliver(): Promise<void> {
    const { backPressure, onFrame } = this.#options;
    while (this.#waiting.length > 0) {
      // After this turn of the loop all of stderr that was written before the frame has been read too: a frame of
      // another size never goes out under the old size, and its time is known.
      await nextTurn();
      if (this.#stderr.facts.sizeChanged) return;
      const frame = this.#waiting.shift();
      if (frame === undefined) return;
      if (backPressure && this.#waiting.length < WAITING_MAX) this.#child.flow();
      const timeS = this.#times.get(this.#frames);
      this.#times.delete(this.#frames);
      this.#frames += 1;
      const taken = onFrame({ ...frame, timeS });
      if (backPressure) await taken;
    }
  }

  #giveBack(outputs: FrameOutputs): void {
    for (const buffer of outputs) this.#options.pool.give(buffer);
  }

  #errorOf(stalled: boolean, exit: ProcessExit | undefined, startError: unknown): StreamError | undefined {
    if (startError instanceof StreamError) return startError;
    if (this.#stderr.facts.sizeChanged) return new StreamError('resolution_changed', 'the picture size changed');
    if (stalled) return this.#stallError();
    const { clock, request } = this.#options;
    const cause = causeOf(this.#stderr.lines, {
      url: request.url,
      transport: request.transport,
      waitedMs: clock.monoMs() - this.#startedMs,
    });
    const finite = this.#options.ends;
    if (finite && exit?.code === 0 && this.#frames > 0) return undefined;
    // Once frames came, a refusal in the log belongs to the end of the stream, not to how it is configured.
    if (cause !== undefined && this.#frames === 0) return new StreamError(cause.code, withoutPrefixes(cause.line));
    if (this.#frames === 0 && finite) return new StreamError('not_video', 'the source gave no picture');
    const how = exit?.signal ?? `exit code ${exit?.code ?? 'unknown'}`;
    return new StreamError('ended', `the stream ended after ${this.#frames} frames (FFmpeg: ${how})`);
  }

  #stallError(): StreamError {
    if (this.#frames > 0) return new StreamError('stalled', 'no picture for too long');
    const { codec } = this.#stderr.facts;
    const { transport, url } = this.#options.request;
    if (codec !== undefined && transport === 'udp' && sourceOf(url).hidesSilence) {
      return new StreamError(NOTHING_OVER_UDP.code, NOTHING_OVER_UDP.line);
    }
    if (codec === undefined) return new StreamError('timed_out', 'the source did not answer in time');
    return new StreamError('no_keyframe', `the source announced ${codec} but gave no picture`);
  }
}

function nextTurn(): Promise<void> {
  return new Promise((resolve) => {
    setImmediate(resolve);
  });
}

/** `[tcp @ 0x55d0] [error] Connection refused` as `Connection refused`. */
function withoutPrefixes(line: string): string {
  return line.replace(/^(?:\[[^\]]*\]\s*)+/, '');
}
