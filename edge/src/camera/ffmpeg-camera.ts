import type { CameraReference } from '../domain/index.ts';
import { Backoff, isAbort, type Service } from '@lineside/kit';
import type { CameraListener, CameraOptions, CameraTools, EvidencePicture } from './camera-options.ts';
import { CameraReport } from './camera-report.ts';
import { hasHardwareDecoders } from './capabilities.ts';
import { chooseDecoder, type DecoderChoice, suitsGstreamer } from './decoder-choice.ts';
import { isDecodersFault } from './decoders-fault.ts';
import { StreamError } from './errors.ts';
import { explainAuth } from './explain-auth.ts';
import type { FfmpegRequest } from './ffmpeg-args.ts';
import { type FfmpegLine, FfmpegLog } from './ffmpeg-log.ts';
import { GstreamerRelay } from './gstreamer-relay.ts';
import { lumaOf } from './luma-of.ts';
import { CaptureClock } from './capture-clock.ts';
import { MediaClock } from './media-clock.ts';
import { CameraHealth, type StreamFactors, type View, viewOf } from './health/index.ts';
import { probeSource } from './probe-source.ts';
import { givesSnapshots, SnapshotRelay } from './snapshot-relay.ts';
import { isStillFile, socketTimeoutMs, sourceOf, STREAM_TIMEOUT_MS } from './sources/index.ts';
import { stallLimitMs } from './stall-watch.ts';
import type { StreamFacts } from './stderr-reader.ts';
import { KEY_FRAME_PATIENCE_MS, type RunEnd, type RunFrame, StreamRun } from './stream-run.ts';
import { UrlHandover } from './url-handover.ts';
import { type Clip, type ClipSpan, VideoRing } from './video-ring.ts';

const GRACE_MS = 10_000;
/** A recording is not in a hurry: a slow disk or a big picture is no stall. */
const RECORDING_STALL_MS = 20_000;
/** A stream that lasted this long was a good one: the next failure is a first failure. */
const GOOD_SPELL_MS = 10_000;
const JUDGE_EVERY_MS = 1_000;
/** What FFmpeg writes when the output with the undecoded stream cannot be made or continued. */
const COPY_FAILED =
  /could not find tag for codec|could not write header|error initializing output stream|av_interleaved_write_frame|error muxing|error submitting a packet to the muxer|error writing trailer/i;

/** A camera behind a supervised FFmpeg child: connects, watches, reports what is wrong, and connects again. */
export class FfmpegCamera implements Service {
  readonly name: string;
  readonly #options: CameraOptions;
  readonly #tools: CameraTools;
  readonly #listener: CameraListener;
  readonly #report: CameraReport;
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

  constructor(options: CameraOptions, tools: CameraTools, listener: CameraListener) {
    this.name = `camera ${options.id}`;
    this.#options = options;
    this.#tools = { ...tools, logger: tools.logger.child({ camera: options.id }) };
    this.#listener = listener;
    this.#log = new FfmpegLog(tools.clock);
    const { health: limits, reference, privacy } = options;
    this.#health = new CameraHealth({ limits, reference, hidden: privacy?.hidden });
    this.#nextIndex = options.firstIndex ?? 0;
    this.#report = new CameraReport({ camera: options.id, clock: tools.clock, logger: this.#tools.logger }, listener);
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
    return this.#report.status.state === 'streaming' ? this.#health.measure(this.#tools.clock.wallMs()) : undefined;
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
        this.#report.enter('connecting');
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
        this.#report.add({ restarts: this.#report.status.restarts + 1 });
      }
    } catch (error) {
      if (!(signal.aborted && isAbort(error))) throw error;
    } finally {
      if (this.#report.status.state !== 'failed') this.#report.enter('stopped');
    }
  }

  /** Runs one FFmpeg child; resolves to what ended it. */
  async #once(signal: AbortSignal): Promise<StreamError | undefined> {
    let end: RunEnd | undefined;
    try {
      end = await this.#stream(signal);
    } catch (error) {
      if (!(error instanceof StreamError)) throw error;
      this.#failed(error);
      return error;
    }
    if (end.error === undefined) return undefined;
    const hung = end.forced && end.error.code === 'stalled';
    const error = hung
      ? new StreamError('decoder_hung', `${end.error.message}; FFmpeg had to be killed`)
      : await explainAuth(end.error, this.#options.url, signal);
    this.#failed(error, end);
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
      onTick: () => this.#report.repeat(),
      onLine: (line) => this.#log.add(line),
      onStalled: (error) => this.#report.show(failureOf(source) ?? error),
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
    this.#report.add({ decoder: { name: choice.name, reason: choice.reason } });
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
    this.#report.add({ lastFrameMs: frame.arrivedMs });
    if (recordedMs === undefined) {
      this.#judgeClock();
      this.#judgePicture({ pixels, size: frame.picture, matrix: frame.matrix }, frame.arrivedMs);
    }
    if (this.#report.status.state !== 'streaming') {
      this.#startedMs = frame.arrivedMs;
      this.#started();
      this.#report.enter('streaming');
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
    this.#report.add({ picture: seen, stream, ...accepted });
    const problems = this.#problems;
    const now = problems.join(' ');
    if (now === before) return;
    const { logger } = this.#tools;
    if (now === '') logger.info({ before }, 'the camera is as it should be again');
    else logger.warn({ problems, picture: seen, stream }, `the camera delivers, and is ${now.replaceAll('_', ' ')}`);
  }

  get #problems(): readonly string[] {
    return [...(this.#report.status.picture?.problems ?? []), ...(this.#report.status.stream?.problems ?? [])];
  }

  #factors(): StreamFactors {
    const { source, behindMs } = this.#report.status;
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
    this.#report.behind(behindMs);
    if (agrees === undefined || agrees === this.#clockAgreed) return;
    const known = this.#clockAgreed !== undefined;
    this.#clockAgreed = agrees;
    const { logger } = this.#tools;
    if (!agrees) logger.warn({}, "the camera's clock does not run at the rate of time: motion is measured by arrival");
    else if (known) logger.info({}, "the camera's clock is right again");
  }

  #failed(error: StreamError, end?: RunEnd): void {
    this.#health.failed(this.#tools.clock.monoMs());
    this.#report.fail(error, end);
  }

  #factsReported(facts: StreamFacts): void {
    if (facts.source === undefined) return;
    const { codec, fps } = facts;
    const source = { ...facts.source, ...(codec !== undefined && { codec }), ...(fps !== undefined && { fps }) };
    this.#report.add({ source });
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
