import type {
  CameraStatus,
  FrameFate,
  FrameRef,
  Inspection,
  LineEvent,
  LinePace,
  ModelStatus,
  PieceVerdict,
  ReadingAnswer,
  ReadingRequest,
  RuleOutput,
  Signal,
  Track,
} from '../domain/index.ts';
import { type Clock, type Logger, messageOf, type Service, QuantileWindow, LogThrottle } from '@lineside/kit';
import { overlaysFor, type Snapshot, takeSnapshot } from './evidence.ts';
import { type LaneModel, ModelLane, quantilesOf } from './model-lane.ts';
import { unlessBlind } from './blind-picture.ts';
import {
  type Alarm,
  NO_SIGNALS,
  type PieceWatch,
  type Recorder,
  type Rule,
  type RuleTick,
  type Signals,
  type Vision,
} from './ports.ts';
import { type EventProgress, type QueueLimits, RecordingQueue } from './recording-queue.ts';
import type { RuleChange, RuleTallies } from './rule-set.ts';
import { SignalLane } from './signal-lane.ts';
import type { ClosingReason, LaneState, OpenEvent, Telemetry } from './state.ts';

export type { LaneModel } from './model-lane.ts';

export interface LaneSetup {
  readonly camera: string;
  /** A recording has its own clock: the times of its frames are not those of this device. */
  readonly source: 'live' | 'recording';
  readonly models: readonly LaneModel[];
  /** Rules that read no model. */
  readonly rules?: readonly Rule[];
}

export interface LaneLimits extends QueueLimits {
  /** An event waits at most this long for its snapshot. */
  readonly pictureMs: number;
  /** Events that may wait with a snapshot in memory; further ones wait without. */
  readonly picturesWaiting: number;
}

export const LANE_LIMITS: LaneLimits = {
  pictureMs: 1500,
  picturesWaiting: 32,
  waiting: 1000,
  firstRetryMs: 200,
  maxRetryMs: 10_000,
  slowMs: 5000,
};

export interface LaneParts {
  readonly vision: Vision;
  readonly recorder: Recorder;
  readonly alarm: Alarm;
  readonly clock: Clock;
  readonly log: Logger;
  /** A new UUID for each event. */
  readonly newEventId: () => string;
  readonly limits: LaneLimits;
  /** Signals of the plant. Default: none. */
  readonly signals?: Signals;
  /** Outputs of the plant. Default: none. */
  readonly pieces?: PieceWatch;
  /** Details that every event of this moment has, such as product and shift. Not asked for a recording. */
  readonly context?: () => Readonly<Record<string, string>>;
}

interface Open {
  readonly progress: EventProgress;
  readonly model: string | undefined;
  output: RuleOutput;
}

/** When something was decided: at a frame, which arrived at `arrivedMs`, or at a moment of a recording without one. */
interface Moment {
  readonly frame?: FrameRef | undefined;
  readonly arrivedMs?: number | undefined;
  readonly recordedAtMs?: number | undefined;
}

/** The processing of one camera's results, from a model's result to the journal. */
export class Lane implements Service {
  readonly name: string;
  readonly #setup: LaneSetup;
  readonly #parts: LaneParts;
  readonly #onFault: (what: string) => void;
  #models: ReadonlyMap<string, ModelLane>;
  #signalRules: SignalLane;
  readonly #queue: RecordingQueue;
  readonly #open = new Map<string, Open>();
  /** Events opened since the process started, by model; they only rise. */
  readonly #opened = new Map<string, { events: number; violations: number }>();
  readonly #frameToJournal = new QuantileWindow();
  #status: CameraStatus | undefined;

  constructor(setup: LaneSetup, parts: LaneParts) {
    this.name = `lane ${setup.camera}`;
    this.#setup = setup;
    const log = parts.log.child({ camera: setup.camera });
    this.#parts = { ...parts, log };
    const faults = new LogThrottle({ everyMs: 60_000, nowMs: () => parts.clock.monoMs() });
    this.#onFault = (what) => {
      const count = faults.due('fault');
      if (count !== undefined) log.error({ what, count }, 'a rule or tracker failed: report this');
    };
    this.#models = new Map(setup.models.map((model) => [model.id, new ModelLane(model, this.#onFault)]));
    this.#signalRules = new SignalLane(setup.rules ?? [], this.#onFault);
    this.#queue = new RecordingQueue({
      recorder: parts.recorder,
      clock: parts.clock,
      log,
      limits: parts.limits,
      onLatency: (ms) => this.#frameToJournal.add(ms),
    });
  }

  get camera(): string {
    return this.#setup.camera;
  }

  /** Writes to the journal until `signal` aborts. */
  run(signal: AbortSignal): Promise<void> {
    return this.#queue.run(signal);
  }

  /** Resolves when every event decided so far is in the journal. */
  settled(signal: AbortSignal): Promise<void> {
    return this.#queue.settled(signal);
  }

  /** Starts tracking and rules again with these models; what is open is closed with the reason `restart`. */
  replaceModels({ models, rules = [] }: Pick<LaneSetup, 'models' | 'rules'>): void {
    this.close('restart');
    const before = this.#models;
    this.#models = new Map(
      models.map((model) => [model.id, new ModelLane(model, this.#onFault, before.get(model.id)?.counters)]),
    );
    this.#signalRules = new SignalLane(rules, this.#onFault);
    this.#status = undefined;
  }

  /** Removes rules and adds others; each rule that is removed closes its events as `rule_removed`. */
  changeRules(change: RuleChange): void {
    const nowMs = this.#parts.clock.monoMs();
    for (const host of this.#hosts()) this.#record(host, host.changeRules(change, nowMs));
  }

  /** False when this lane does not have the model. */
  inspection(given: Inspection): boolean {
    const model = this.#models.get(given.model);
    if (model === undefined) return false;
    const inspection = unlessBlind(given, this.#status);
    const nowMs = this.#parts.clock.monoMs();
    const { waitMs, inferMs, decodeMs } = inspection.times;
    const tookMs = this.#setup.source === 'live' ? nowMs - inspection.frame.atMs : waitMs + inferMs + decodeMs;
    const others = [...this.#models.values()].flatMap((other) => (other === model ? [] : (other.newestTracks ?? [])));
    // A recording has only the signals that were recorded with it.
    const signals = this.#setup.source === 'live' ? this.#signals : this.#parts.signals;
    const outputs = model.inspect(inspection, tookMs, nowMs, others, signals);
    this.#tellPieces(model, inspection.frame, model.tracksAt(inspection.frame));
    this.#record(model, outputs, inspection.frame, nowMs - tookMs);
    for (const request of model.readings()) this.#read(request);
    return true;
  }

  /** The answer to what a rule wanted read. One of a rule that was removed meanwhile is nobody's. */
  reading(answer: ReadingAnswer): void {
    const model = [...this.#models.values()].find((one) => one.hasRule(answer.rule));
    if (model === undefined) return;
    const outputs = model.reading(answer);
    this.#tellPieces(model, model.newestFrame ?? answer.frame, undefined);
    this.#record(model, outputs, model.newestFrame ?? answer.frame);
  }

  /** Outputs of the plant go first: what is recorded may wait, a product does not. A recording has no outputs. */
  #tellPieces(model: ModelLane, frame: FrameRef, tracks: readonly Track[] | undefined): void {
    if (this.#setup.source === 'recording') return;
    const verdictOf = (rule: string, track: number): PieceVerdict | undefined => model.verdictOf(rule, track);
    this.#parts.pieces?.judged({ camera: this.camera, model: model.id, frame, tracks, verdictOf });
  }

  takeChosenProducts(): readonly (readonly string[])[] {
    return [...this.#models.values()].flatMap((model) => model.chosenProducts());
  }

  /** False when this lane does not have the model. */
  fate(modelId: string, fate: FrameFate, count: number): boolean {
    const model = this.#models.get(modelId);
    model?.count(fate, count);
    return model !== undefined;
  }

  status(status: CameraStatus): void {
    this.#status = status;
    if (this.#setup.source === 'recording') return;
    this.#record(this.#signalRules, this.#signalRules.camera(status, this.#parts.clock.monoMs()));
  }

  model(status: ModelStatus): void {
    const model = this.#models.get(status.model);
    if (model !== undefined) model.status = status;
  }

  /** Call this about twice a second: it closes events of models that have had no results for too long. */
  tick(nowMs: number): void {
    if (this.#setup.source === 'recording') return;
    for (const model of this.#models.values()) this.#record(model, model.expire(nowMs));
    const tick = { atMs: nowMs, wallMs: this.#parts.clock.wallMs(), signals: this.#signals };
    for (const host of this.#hosts()) this.#record(host, host.tick(tick));
  }

  /** What was recorded beside the frames of a recording: one reading of a signal, or time that passed. */
  recorded(tick: RuleTick, signal?: Signal): void {
    if (this.#setup.source !== 'recording') return;
    for (const host of this.#hosts()) {
      const outputs = signal === undefined ? host.tick(tick) : host.signal(signal, tick.signals, tick.atMs);
      for (const output of outputs) this.#recordOne(host, output, { recordedAtMs: tick.atMs });
    }
  }

  /** One reading of a signal of the plant. A recording has a time of its own. */
  signal(signal: Signal): void {
    if (this.#setup.source === 'recording') return;
    const nowMs = this.#parts.clock.monoMs();
    for (const host of this.#hosts()) this.#record(host, host.signal(signal, this.#signals, nowMs));
  }

  /** What is decided about this camera's place outside of its rules, such as a reject that was missed. */
  report(outputs: readonly RuleOutput[]): void {
    this.#record(this.#signalRules, outputs);
  }

  /** No more frames will come. */
  ended(): void {
    for (const model of this.#models.values()) {
      this.#record(model, model.expire(Number.POSITIVE_INFINITY), this.#lastOfRecording(model));
    }
  }

  /** What its rules counted since the last call. */
  takeTallies(): readonly LaneTallies[] {
    return this.#hosts().flatMap((host) => host.tallies().map((one) => ({ camera: this.camera, ...one })));
  }

  /** Closes everything that is open. */
  close(reason: ClosingReason): void {
    for (const host of this.#hosts()) {
      const frame = this.#lastOfRecording(host);
      this.#record(host, host.close(frame?.atMs ?? this.#parts.clock.monoMs(), reason), frame);
    }
  }

  state(): LaneState {
    const latency = quantilesOf(this.#frameToJournal);
    return {
      camera: this.camera,
      models: [...this.#models.values()].map((model) => model.state()),
      openEvents: [...this.#open.values()].map(openEvent),
      recording: this.#queue.counters(),
      ...(this.#status === undefined ? {} : { status: this.#status }),
      ...(latency === undefined ? {} : { frameToJournalMs: latency }),
    };
  }

  telemetry(visionIsUp: boolean): Telemetry[] {
    return [...this.#models.values()].map((model) => {
      const latency = model.latency();
      return {
        camera: this.camera,
        model: model.id,
        counters: model.counters,
        state: this.#stateOf(model, visionIsUp),
        ...(this.#opened.get(model.id) ?? { events: 0, violations: 0 }),
        ...(model.confidence === undefined ? {} : { confidence: model.confidence }),
        ...(latency === undefined ? {} : { latencyMs: latency }),
        ...paceOf(model.outrun),
      };
    });
  }

  #stateOf(model: ModelLane, visionIsUp: boolean): string {
    if (!visionIsUp) return 'vision_down';
    if (model.hasFailed) return 'model_failed';
    const { state, error } = this.#status ?? { state: 'connecting' as const, error: undefined };
    return state === 'failed' && error !== undefined ? `failed:${error.code}` : state;
  }

  /** All that has rules. */
  #hosts(): readonly RuleHost[] {
    return [...this.#models.values(), this.#signalRules];
  }

  get #signals(): Signals {
    return this.#parts.signals ?? NO_SIGNALS;
  }

  #read(request: ReadingRequest): void {
    const { vision } = this.#parts;
    if (vision.read !== undefined) vision.read(request);
    else this.reading({ ...request, status: 'not_read', reason: 'no_reader' });
  }

  /** Closings of a recording carry its last frame, because nothing else has the recording's clock. */
  #lastOfRecording(model: RuleHost): FrameRef | undefined {
    return this.#setup.source === 'recording' ? model.newestFrame : undefined;
  }

  #record(model: RuleHost, outputs: readonly RuleOutput[], frame?: FrameRef, arrivedMs?: number): void {
    for (const output of outputs) this.#recordOne(model, output, { frame, arrivedMs });
  }

  #recordOne(model: RuleHost, decided: RuleOutput, { frame: decidedAt, arrivedMs, recordedAtMs }: Moment): void {
    const { shownIn: frame = decidedAt, ...rest } = decided;
    const output = this.#withContext(rest);
    const progress = this.#progressOf(model, output);
    if (progress === undefined) return;
    const info = model.modelInfo;
    const event: LineEvent = {
      event: progress.event,
      camera: this.camera,
      output,
      ...(this.#setup.source === 'live' ? { decidedAtMs: this.#parts.clock.monoMs() } : {}),
      ...(frame === undefined ? {} : { frame }),
      ...(recordedAtMs === undefined ? {} : { recordedAtMs }),
      ...(info === undefined ? {} : { model: info }),
    };
    if (output.phase !== 'updated') this.#raise(event);
    const snapshot = this.#wantsSnapshot(progress, output, model, frame)
      ? this.#takeSnapshot(progress, output, model, frame)
      : undefined;
    this.#queue.put({
      event,
      progress,
      ...(snapshot === undefined ? {} : { snapshot }),
      ...(arrivedMs === undefined ? {} : { frameArrivedMs: arrivedMs }),
    });
  }

  /** With product, batch and shift of this moment. */
  #withContext(output: RuleOutput): RuleOutput {
    if (this.#parts.context === undefined || this.#setup.source === 'recording') return output;
    const details = { ...this.#parts.context(), ...output.details };
    return Object.keys(details).length === 0 ? output : { ...output, details };
  }

  /** The event that a transition belongs to. A transition of an unknown event is a rule's mistake, and is not reported. */
  #progressOf(model: RuleHost, output: RuleOutput): EventProgress | undefined {
    const key = `${output.rule}/${output.key}`;
    if (output.phase === 'opened') {
      const progress: EventProgress = { event: this.#parts.newEventId(), lost: false, picture: 'none' };
      this.#open.set(key, { progress, model: model.id, output });
      if (model.id !== undefined) this.#countOpened(model.id, output);
      return progress;
    }
    const open = this.#open.get(key);
    if (open === undefined) {
      this.#parts.log.error({ output }, 'a transition of an event that is not open: report this');
      return undefined;
    }
    open.output = output;
    if (output.phase === 'closed') this.#open.delete(key);
    return open.progress;
  }

  #countOpened(model: string, { kind }: RuleOutput): void {
    const { events, violations } = this.#opened.get(model) ?? { events: 0, violations: 0 };
    const isViolation = kind === 'personnel_violation';
    this.#opened.set(model, { events: events + 1, violations: violations + (isViolation ? 1 : 0) });
  }

  /**
   * The opening gets a snapshot, or the next update where that failed. A closing would show what is no longer there. An
   * event of signals alone has the newest frame of the camera that watches the place.
   */
  #wantsSnapshot(progress: EventProgress, output: RuleOutput, model: RuleHost, frame: FrameRef | undefined): boolean {
    if (output.phase === 'closed' || progress.picture !== 'none') return false;
    return frame !== undefined || (model.id === undefined && this.#status?.state === 'streaming');
  }

  #takeSnapshot(
    progress: EventProgress,
    output: RuleOutput,
    model: RuleHost,
    frame: FrameRef | undefined,
  ): Promise<Snapshot> {
    const { vision, clock, limits } = this.#parts;
    progress.picture = 'asked';
    if (this.#queue.waiting >= limits.picturesWaiting) return Promise.resolve({ missing: 'journal_behind' });
    const request = {
      camera: this.camera,
      overlays: [],
      ...(frame === undefined ? {} : { index: frame.index }),
    };
    return takeSnapshot(vision, request, clock, limits.pictureMs, overlaysFor(output, model.overlays));
  }

  /** The alarm is raised at once, and an alarm that fails must not cost the record. */
  #raise(event: LineEvent): void {
    try {
      this.#parts.alarm.raise(event);
    } catch (error) {
      this.#parts.log.error({ event: event.event, error: messageOf(error) }, 'an alarm could not be raised');
    }
  }
}

/** With as many digits as mean something. */
function paceOf(outrun: LinePace | undefined): Pick<Telemetry, 'linePace'> {
  if (outrun === undefined) return {};
  const { label, movement, spacing, fps, neededFps } = outrun;
  const tenth = (value: number): number => Math.round(value * 10) / 10;
  return {
    linePace: {
      label,
      movement: tenth(movement),
      spacing: tenth(spacing),
      fps: tenth(fps),
      neededFps: tenth(neededFps),
    },
  };
}

/** What one rule of a camera counted. */
export interface LaneTallies extends RuleTallies {
  readonly camera: string;
}

/** Rules and what their events say of a model: the rules of one model, or those that read none. */
type RuleHost = ModelLane | SignalLane;

function openEvent({ progress, model, output }: Open): OpenEvent {
  return {
    event: progress.event,
    rule: output.rule,
    kind: output.kind,
    output,
    ...(model === undefined ? {} : { model }),
  };
}
