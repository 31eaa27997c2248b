import type { CameraReference, CameraState, CameraStatus, HealthLimits, PictureSize } from '../domain/index.ts';
import { Backoff, type Clock, isAbort, type Logger, type Service } from '@lineside/kit';
import type { BufferPool } from './buffer-pool.ts';
import { type FfmpegCapabilities, hasHardwareDecoders } from './capabilities.ts';
import { chooseDecoder, type DecoderChoice, type DecoderWish, suitsGstreamer } from './decoder-choice.ts';
import { StreamError } from './errors.ts';
import { explainAuth } from './explain-auth.ts';
import type { FfmpegRequest } from './ffmpeg-args.ts';
import { type FfmpegLine, FfmpegLog } from './ffmpeg-log.ts';
import type { OutputFormat } from './format.ts';
import type { FrameOutputs } from './frame-join.ts';
import type { GstreamerCapabilities } from './gstreamer.ts';
import { GstreamerRelay } from './gstreamer-relay.ts';
import { lumaOf } from './luma-of.ts';
import { CaptureClock } from './capture-clock.ts';
import { MediaClock } from './media-clock.ts';
import { CameraHealth, type StreamFactors, type View, viewOf } from './health/index.ts';
import { probeSource } from './probe-source.ts';
import { givesSnapshots, SnapshotRelay } from './snapshot-relay.ts';
import { isStillFile, socketTimeoutMs, sourceOf, STREAM_TIMEOUT_MS } from './sources/index.ts';
import type { StartGate } from './start-gate.ts';
import { stallLimitMs } from './stall-watch.ts';
import type { StreamFacts } from './stderr-reader.ts';
import { KEY_FRAME_PATIENCE_MS, type RunEnd, type RunFrame, StreamRun } from './stream-run.ts';
import { UrlHandover } from './url-handover.ts';
import { type Clip, type ClipSpan, VideoRing } from './video-ring.ts';
import type { YuvMatrix } from './yuv-picture.ts';

const GRACE_MS = 10_000;
/** A recording is not in a hurry: a slow disk or a big picture is no stall. */
const RECORDING_STALL_MS = 20_000;
/** A stream that lasted this long was a good one: the next failure is a first failure. */
const GOOD_SPELL_MS = 10_000;
const STATUS_EVERY_MS = 1_000;
const JUDGE_EVERY_MS = 1_000;
/** What FFmpeg writes when the output with the undecoded stream cannot be made or continued. */
const COPY_FAILED =
  /could not find tag for codec|could not write header|error initializing output stream|av_interleaved_write_frame|error muxing|error submitting a packet to the muxer|error writing trailer/i;

export interface CameraOptions {
  readonly id: string;
  /** May carry credentials; never logged. */
  readonly url: string;
  readonly transport: 'tcp' | 'udp';
  /** Most frames a second. */
  readonly fps: number;
  /** `live`: newest wins, restarted for ever. `recording`: every frame once, waits for the receiver, ends. */
  readonly mode: 'live' | 'recording';
  /** From the moment at which a picture is taken until its frame is here, where nothing waits; 0 when left out. */
  readonly delayMs?: number | undefined;
  /** A live file starts again at its end. */
  readonly loop?: boolean;
  readonly formats: readonly OutputFormat[];
  /** How the picture for evidence is stored: planes of luma and colour (`YuvMatrix`) cost least; packed rgb when left out. */
  readonly pictureLayout?: 'yuv' | 'rgb';
  /** What decodes the stream: the best that works when left out. */
  readonly decoder?: DecoderWish;
  /** Key frames alone are decoded, by software: fewer frames a second than are wanted where the camera has fewer of them. */
  readonly keyFramesOnly?: boolean | undefined;
  /** The picture for evidence is at most this wide; 1920 when left out. */
  readonly pictureWidth?: number | undefined;
  /** Keeps the undecoded stream for clips, in at most so many bytes of memory; live cameras only. */
  readonly ringBytes?: number | undefined;
  /** From where on something is a problem; the defaults when left out. */
  readonly health?: HealthLimits | undefined;
  /** What the camera was like when a person accepted it. */
  readonly reference?: CameraReference | undefined;
  /** Pictures of this camera are covered before anything of them is kept: its view is that of those given to `covered`. */
  readonly privacy?: { readonly hidden: readonly boolean[] | undefined } | undefined;
  /** Index of the first frame; a recording leaves out the frames before it. */
  readonly firstIndex?: number;
}

/** The picture for evidence and live view. */
export interface EvidencePicture {
  readonly pixels: Uint8Array<ArrayBuffer>;
  readonly size: PictureSize;
  /** Undefined for packed rgb; otherwise `pixels` are planes, and `rgbOfYuv` reads them. */
  readonly matrix?: YuvMatrix | undefined;
}

/** One frame of a camera in every format that was asked for. The receiver gives the buffers back to the pool. */
export interface CameraFrame {
  readonly camera: string;
  /** Rises by one from frame to frame, over restarts of the stream too. */
  readonly index: number;
  /** Monotonic ms of arrival; for a recording, milliseconds on its own clock. */
  readonly atMs: number;
  /** Milliseconds on the camera's own clock; see `FrameRef`. */
  readonly mediaMs: number;
  /** Monotonic ms at which it was taken; see `FrameRef`. Undefined for a recording. */
  readonly capturedMs: number | undefined;
  /** Monotonic ms of arrival. */
  readonly arrivedMs: number;
  readonly source: PictureSize;
  /** In the order of `formats`. */
  readonly inputs: FrameOutputs;
  readonly picture: EvidencePicture;
}

export interface CameraListener {
  /** A recording waits for the promise; a live camera does not. */
  frame(frame: CameraFrame): Promise<void> | void;
  status(status: CameraStatus): void;
}

export interface CameraTools {
  readonly capabilities: FfmpegCapabilities;
  /** Where it is there, and may be used. */
  readonly gstreamer?: GstreamerCapabilities | undefined;
  readonly pool: BufferPool;
  readonly clock: Clock;
  readonly random: () => number;
  readonly logger: Logger;
  /** Shared by all cameras of a device; without it a camera starts at once. */
  readonly gate?: StartGate;
}

interface Outage {
  readonly sinceMs: number;
  failures: number;
  code: StreamError['code'] | undefined;
}

/** A camera behind a supervised FFmpeg child: connects, watches, reports what is wrong, and connects again. */
export class FfmpegCamera implements Service {
  readonly name: string;
  readonly #options: CameraOptions;
  readonly #tools: CameraTools;
  readonly #listener: CameraListener;
  #status: Omit<CameraStatus, 'behindMs'> & { behindMs?: number };
  #statusMs = 0;
  #nextIndex: number;
  #recordingFps: number | undefined;
  #startedMs = 0;
  /** Decoders that gave no picture of this camera. */
  readonly #failedDecoders = new Set<string>();
  readonly #ring: VideoRing | undefined;
  #avoidCopy = false;
  /** Gives this camera's place among those that start to the next. */
  #started: () => void = () => undefined;
  readonly #media = new MediaClock();
  readonly #capture = new CaptureClock();
  readonly #health: CameraHealth;
  readonly #log: FfmpegLog;
  #judgedMs = Number.NEGATIVE_INFINITY;
  /** Of a camera with privacy: the view of the newest covered picture that was not judged yet. */
  #coveredView: View | undefined;
  #coveredMs = Number.NEGATIVE_INFINITY;
  #clockAgreed: boolean | undefined;
  /** Since the last picture: what was logged last, and how often the stream failed. */
  #outage: Outage | undefined;

  constructor(options: CameraOptions, tools: CameraTools, listener: CameraListener) {
    this.name = `camera ${options.id}`;
    this.#options = options;
    this.#tools = { ...tools, logger: tools.logger.child({ camera: options.id }) };
    this.#listener = listener;
    this.#log = new FfmpegLog(tools.clock);
    const { health: limits, reference, privacy } = options;
    this.#health = new CameraHealth({ limits, reference, hidden: privacy?.hidden });
    this.#nextIndex = options.firstIndex ?? 0;
    this.#status = { camera: options.id, state: 'stopped', restarts: 0 };
    const { ringBytes, mode } = options;
    this.#ring = ringBytes === undefined || mode === 'recording' ? undefined : new VideoRing(ringBytes, tools.clock);
  }

  /** What FFmpeg wrote last for this camera, over restarts, oldest first; without credentials. */
  get log(): readonly FfmpegLine[] {
    return this.#log.lines;
  }

  /** Compares with this reference from now on. */
  useReference(reference: CameraReference): void {
    this.#health.use(reference);
  }

  /** What the camera is like now; undefined while its picture has not been clear for long enough. */
  measure(): CameraReference | undefined {
    return this.#status.state === 'streaming' ? this.#health.measure(this.#tools.clock.wallMs()) : undefined;
  }

  /** Takes a picture of a camera with privacy in which everything that must be covered is. */
  covered(picture: EvidencePicture): void {
    const nowMs = this.#tools.clock.monoMs();
    if (this.#options.privacy === undefined || nowMs - this.#coveredMs < JUDGE_EVERY_MS) return;
    this.#coveredMs = nowMs;
    this.#coveredView = viewOf(lumaOf(picture), picture.size);
  }

  /**
   * Cuts a clip of the undecoded stream. Undefined where none is kept or nothing of that time is held.
   *
   * @see VideoRing.clip
   */
  async clip(span: ClipSpan, signal: AbortSignal): Promise<Clip | undefined> {
    return this.#ring?.clip(span, signal);
  }

  /**
   * Live: runs until `signal` aborts, whatever happens to the stream. Recording: resolves when every frame has been
   * taken.
   *
   * @throws StreamError when a recording cannot be played.
   */
  async run(signal: AbortSignal): Promise<void> {
    const { clock, random } = this.#tools;
    const backoff = new Backoff({ promptMs: 250, firstMs: 1_000, maxMs: 60_000, random });
    // Many cameras lock an account after few wrong passwords.
    const refusedBackoff = new Backoff({ firstMs: 30_000, maxMs: 60_000, random });
    try {
      for (;;) {
        this.#report('connecting');
        const error = await this.#once(signal);
        if (signal.aborted) return;
        if (this.#options.mode === 'recording') {
          if (error !== undefined) throw error;
          return;
        }
        // A file that is played once has come to its end.
        if (error === undefined) return;
        if (clock.monoMs() - this.#startedMs > GOOD_SPELL_MS) {
          backoff.reset();
          refusedBackoff.reset();
        }
        if (error.retry !== 'now')
          await clock.sleep(
            (error.code === 'auth' || error.code === 'auth_method' ? refusedBackoff : backoff).next(),
            signal,
          );
        this.#status = { ...this.#status, restarts: this.#status.restarts + 1 };
      }
    } catch (error) {
      if (!(signal.aborted && isAbort(error))) throw error;
    } finally {
      if (this.#status.state !== 'failed') this.#report('stopped');
    }
  }

  /** Runs one FFmpeg child; resolves to what ended it. */
  async #once(signal: AbortSignal): Promise<StreamError | undefined> {
    let end: RunEnd | undefined;
    try {
      end = await this.#stream(signal);
    } catch (error) {
      if (!(error instanceof StreamError)) throw error;
      this.#fail(error);
      return error;
    }
    if (end.error === undefined) return undefined;
    const hung = end.forced && end.error.code === 'stalled';
    const error = hung
      ? new StreamError('decoder_hung', `${end.error.message}; FFmpeg had to be killed`)
      : await explainAuth(end.error, this.#options.url, signal);
    this.#fail(error, end);
    return error;
  }

  async #stream(signal: AbortSignal): Promise<RunEnd> {
    const { gate } = this.#tools;
    this.#started = (await gate?.enter(signal)) ?? (() => undefined);
    try {
      return await this.#streamNow(signal);
    } finally {
      this.#started();
    }
  }

  async #streamNow(signal: AbortSignal): Promise<RunEnd> {
    const { capabilities, pool, clock } = this.#tools;
    const { mode, fps } = this.#options;
    const { request, choice, codec } = await this.#request(signal);
    this.#startedMs = Number.POSITIVE_INFINITY;
    this.#media.restart();
    this.#capture.restart();
    this.#health.restart();
    this.#coveredView = undefined;
    const recording = mode === 'recording';
    const onCopy = request.copy === true ? this.#ring?.begin() : undefined;
    const { url, fps: wantedFps } = this.#options;
    const snapshots = !recording && (await givesSnapshots(url, signal));
    const patienceMs = socketTimeoutMs(wantedFps);
    const opened = (): Promise<UrlHandover | SnapshotRelay | GstreamerRelay> => {
      if (snapshots) return SnapshotRelay.open({ url, fps: wantedFps, patienceMs, clock });
      if (choice.by === 'ffmpeg' || codec === undefined) return UrlHandover.open(request.url);
      const { transport } = this.#options;
      return GstreamerRelay.open(url, { transport, codec, decoder: choice.name, fps: wantedFps });
    };
    await using source = await opened();
    this.#log.add(`FFmpeg ${capabilities.version} starts`);
    const run = new StreamRun({
      request,
      source,
      capabilities,
      pool,
      clock,
      stallMs: (facts) => stallMs(request, fps, facts),
      graceMs: recording ? RECORDING_STALL_MS : Math.max(GRACE_MS, socketTimeoutMs(fps)),
      backPressure: recording,
      ends: recording || (sourceOf(url).hasEnd && !request.loop),
      onFrame: (frame) => this.#frame(frame),
      onFacts: (facts) => this.#factsReported(facts),
      onTick: () => this.#repeatStatus(),
      onLine: (line) => this.#log.add(line),
      onStalled: (error) => this.#showFailure(failureOf(source) ?? error),
      onCopy,
      onPackets: (chunk) => this.#health.packets(chunk, clock.monoMs()),
    });
    const ended = await run.run(signal);
    this.#ring?.end();
    if (request.copy === true || request.packets === true) this.#judgeCopy(ended);
    const failure = failureOf(source);
    const end = failure === undefined || ended.error === undefined ? ended : { ...ended, error: failure };
    if (end.frames === 0 && !signal.aborted && isDecodersFault(end)) this.#giveUpDecoder(choice);
    return end;
  }

  /** Another decoder is tried with the next start. One that was asked for is tried again: its camera may have been away. */
  #giveUpDecoder({ by, name }: DecoderChoice): void {
    if (name === 'software' || this.#failedDecoders.has(name)) return;
    if (by === 'gstreamer' && this.#options.decoder === 'gstreamer') return;
    this.#failedDecoders.add(name);
    this.#tools.logger.warn({ decoder: name }, `${name} gave no picture of this camera; the next decoder is tried`);
  }

  async #request(
    signal: AbortSignal,
  ): Promise<{ readonly request: FfmpegRequest; readonly choice: DecoderChoice; readonly codec: string | undefined }> {
    const { url, transport, fps, mode, loop, formats } = this.#options;
    const { capabilities, gstreamer, clock } = this.#tools;
    const recording = mode === 'recording';
    const { decoder: wish = 'auto' } = this.#options;
    const other = (wish === 'gstreamer' && gstreamer !== undefined) || (gstreamer?.hardware.size ?? 0) > 0;
    const { keyFramesOnly = false, pictureWidth } = this.#options;
    const mayChoose = !keyFramesOnly && wish !== 'software' && (hasHardwareDecoders(capabilities) || other);
    const probe = recording || mayChoose ? await probeSource(url, transport, capabilities, clock, signal) : undefined;
    const choice = chooseDecoder({
      ...{ wish, keyFramesOnly, codec: probe?.codec, ffmpeg: capabilities, gstreamer, failed: this.#failedDecoders },
      suitsGstreamer: !recording && suitsGstreamer(url, { keepsVideo: this.#ring !== undefined }),
    });
    const mayCopy = !this.#avoidCopy && sourceOf(url).hasStream(url) && choice.by === 'ffmpeg';
    const decoder = choice.by === 'ffmpeg' && choice.name !== 'software' ? choice.name : undefined;
    this.#status = { ...this.#status, decoder: { name: choice.name, reason: choice.reason } };
    const pixelAspect = isStillFile(url) ? ('ignore' as const) : ('honour' as const);
    const common = {
      url,
      transport,
      formats,
      picture: this.#options.pictureLayout === 'yuv' ? ('evidence-yuv' as const) : ('evidence' as const),
      pixelAspect,
      timeoutMs: Math.max(STREAM_TIMEOUT_MS, socketTimeoutMs(fps)),
      ...(decoder && { decoder }),
      ...{ keyFramesOnly, pictureWidth },
      copy: this.#ring !== undefined && mayCopy,
      packets: !recording && mayCopy,
    };
    if (!recording) {
      const frames = { kind: 'live' as const, fps };
      const request = { ...common, choice: frames, paced: !sourceOf(url).isLive, loop: loop ?? false };
      return { request, choice, codec: probe?.codec };
    }
    // More frames than the recording has would be copies.
    this.#recordingFps = Math.min(fps, probe?.fps ?? fps);
    const frames = { kind: 'recording' as const, fps: this.#recordingFps, skip: this.#nextIndex };
    return { request: { ...common, choice: frames, paced: false, loop: false }, choice, codec: probe?.codec };
  }

  /** A stream that cannot be copied must not end the inspection: from then on it is only decoded. */
  #judgeCopy({ error, lastLines }: RunEnd): void {
    const line = error === undefined ? undefined : lastLines.findLast((text) => COPY_FAILED.test(text));
    if (line === undefined) return;
    this.#avoidCopy = true;
    this.#tools.logger.warn(
      { line },
      'this stream cannot be copied: it is inspected without clips, and its bit rate is not known',
    );
  }

  #frame(frame: RunFrame): Promise<void> | void {
    const pixels = frame.outputs.at(-1);
    if (pixels === undefined || frame.picture === undefined) return;
    const index = this.#nextIndex;
    this.#nextIndex += 1;
    const recordedMs = this.#recordingFps === undefined ? undefined : (index * 1000) / this.#recordingFps;
    const mediaMs = recordedMs ?? this.#media.at(frame.arrivedMs, frame.timeS);
    const promptMs = this.#capture.at(frame.arrivedMs, frame.timeS) ?? frame.arrivedMs;
    this.#status = { ...this.#status, lastFrameMs: frame.arrivedMs };
    if (recordedMs === undefined) {
      this.#judgeClock();
      this.#judgePicture({ pixels, size: frame.picture, matrix: frame.matrix }, frame.arrivedMs);
    }
    if (this.#status.state !== 'streaming') {
      this.#startedMs = frame.arrivedMs;
      this.#started();
      this.#report('streaming');
    }
    return this.#listener.frame({
      camera: this.#options.id,
      index,
      atMs: recordedMs ?? frame.arrivedMs,
      mediaMs,
      capturedMs: recordedMs === undefined ? promptMs - (this.#options.delayMs ?? 0) : undefined,
      arrivedMs: frame.arrivedMs,
      source: frame.source,
      inputs: frame.outputs.slice(0, -1),
      picture: { pixels, size: frame.picture, matrix: frame.matrix },
    });
  }

  /** Once a second; one line in the log per change. */
  #judgePicture(picture: EvidencePicture, nowMs: number): void {
    if (sourceOf(this.#options.url).isMadeUp || nowMs - this.#judgedMs < JUDGE_EVERY_MS) return;
    this.#judgedMs = nowMs;
    const before = this.#problems.join(' ');
    const { size } = picture;
    const lumaAt = lumaOf(picture);
    const view = this.#options.privacy === undefined ? viewOf(lumaAt, size) : this.#coveredView;
    this.#coveredView = undefined;
    const { picture: seen, stream } = this.#health.judge({ lumaAt, size, view }, this.#factors(), nowMs);
    const { reference } = this.#health;
    const accepted = reference === undefined ? {} : { acceptedAtMs: reference.acceptedAtMs };
    this.#status = { ...this.#status, picture: seen, stream, ...accepted };
    const problems = this.#problems;
    const now = problems.join(' ');
    if (now === before) return;
    const { logger } = this.#tools;
    if (now === '') logger.info({ before }, 'the camera is as it should be again');
    else logger.warn({ problems, picture: seen, stream }, `the camera delivers, and is ${now.replaceAll('_', ' ')}`);
  }

  get #problems(): readonly string[] {
    return [...(this.#status.picture?.problems ?? []), ...(this.#status.stream?.problems ?? [])];
  }

  #factors(): StreamFactors {
    const { source, behindMs } = this.#status;
    return {
      wantedFps: this.#options.fps,
      announcedFps: source?.fps,
      keyFramesOnly: this.#options.keyFramesOnly,
      behindMs,
      clockAgrees: this.#media.agrees,
    };
  }

  /** Takes over how late the newest frame is, where that is known; logs once when the stream's clock is not believed. */
  #judgeClock(): void {
    const { agrees, behindMs } = this.#media;
    if (behindMs === undefined) delete this.#status.behindMs;
    else this.#status.behindMs = behindMs;
    if (agrees === undefined || agrees === this.#clockAgreed) return;
    const known = this.#clockAgreed !== undefined;
    this.#clockAgreed = agrees;
    const { logger } = this.#tools;
    if (!agrees) logger.warn({}, "the camera's clock does not run at the rate of time: motion is measured by arrival");
    else if (known) logger.info({}, "the camera's clock is right again");
  }

  #factsReported(facts: StreamFacts): void {
    if (facts.source === undefined) return;
    const { codec, fps } = facts;
    const source = { ...facts.source, ...(codec !== undefined && { codec }), ...(fps !== undefined && { fps }) };
    this.#status = { ...this.#status, source };
  }

  #repeatStatus(): void {
    if (this.#status.state !== 'streaming') return;
    if (this.#tools.clock.monoMs() - this.#statusMs >= STATUS_EVERY_MS) this.#send();
  }

  #report(state: CameraState): void {
    if (this.#status.state === state) return;
    // `connecting` keeps the error: until pictures come, it is still what is wrong.
    const { error, ...rest } = this.#status;
    const keep = state === 'connecting' && error !== undefined ? { error } : {};
    const again = state === 'connecting' && error !== undefined;
    this.#status = { ...rest, ...keep, state };
    this.#send();
    if (again) return;
    const { logger, clock } = this.#tools;
    const outage = this.#outage;
    if (state === 'streaming') this.#outage = undefined;
    const after = outage && { failures: outage.failures, outageMs: Math.round(clock.monoMs() - outage.sinceMs) };
    logger.info({ state, source: rest.source, ...after }, `camera is ${state}${after === undefined ? '' : ' again'}`);
  }

  #fail(error: StreamError, end?: RunEnd): void {
    const outage = (this.#outage ??= { sinceMs: this.#tools.clock.monoMs(), failures: 0, code: undefined });
    outage.failures += 1;
    this.#health.failed(this.#tools.clock.monoMs());
    this.#showFailure(error);
    // One line per change: a camera that stays away is logged once, and how often it failed when it is there again.
    if (outage.code === error.code) return;
    outage.code = error.code;
    const { failures } = outage;
    const facts = { code: error.code, advice: error.advice, failures };
    const { logger } = this.#tools;
    logger.warn({ ...facts, frames: end?.frames, droppedBytes: end?.droppedBytes }, `camera failed: ${error.message}`);
  }

  #showFailure({ code, message, advice }: StreamError): void {
    const { stream } = this.#status;
    const gone = stream === undefined ? {} : { stream: { ...stream, quality: 0 as const } };
    this.#status = { ...this.#status, ...gone, state: 'failed', error: { code, message, advice } };
    this.#send();
  }

  #send(): void {
    this.#statusMs = this.#tools.clock.monoMs();
    this.#listener.status(this.#status);
  }
}

/** Silence that means a stall. */
function stallMs({ choice, keyFramesOnly, packets }: FfmpegRequest, fps: number, facts: StreamFacts): number {
  if (choice.kind === 'recording') return RECORDING_STALL_MS;
  const limitMs = stallLimitMs(fps, facts.fps);
  // Packets would show that it lives.
  return keyFramesOnly === true && packets !== true ? Math.max(limitMs, KEY_FRAME_PATIENCE_MS) : limitMs;
}

/** Why a camera that is asked for single pictures gave no more of them. */
function failureOf(source: UrlHandover | SnapshotRelay | GstreamerRelay): StreamError | undefined {
  return source instanceof UrlHandover ? undefined : source.failure;
}

/** A camera that is away or refuses says nothing about the decoder. */
const NOT_THE_DECODER: ReadonlySet<string> = new Set([
  ...[
    'refused',
    'unreachable',
    'unknown_host',
    'timed_out',
    'auth',
    'auth_method',
    'not_found',
    'bad_request',
    'no_access',
  ],
  ...['rejected', 'no_bandwidth', 'busy', 'tls', 'ffmpeg_missing', 'ffmpeg_slow', 'disk', 'secret_missing'],
]);

function isDecodersFault({ error }: RunEnd): boolean {
  return error !== undefined && !NOT_THE_DECODER.has(error.code);
}
