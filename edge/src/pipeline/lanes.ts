import type {
  CameraStatus,
  FrameFate,
  Inspection,
  ModelStatus,
  ReadingAnswer,
  RuleOutput,
  Signal,
} from '../domain/index.ts';
import { LogThrottle, type Service, ServiceGroup } from '@lineside/kit';
import { Lane, LANE_LIMITS, type LaneTallies, type LaneLimits, type LaneParts, type LaneSetup } from './lane.ts';
import type { RuleTick, VisionListener } from './ports.ts';
import type { RuleChange } from './rule-set.ts';
import type { ClosingReason, LanesState, Telemetry, VisionHealth } from './state.ts';

export interface LanesOptions extends Omit<LaneParts, 'limits'> {
  readonly lanes: readonly LaneSetup[];
  readonly limits?: Partial<LaneLimits>;
}

/** All lanes: receives what the vision process reports and passes it to the lane of its camera. */
export class Lanes implements Service, VisionListener {
  readonly name = 'lanes';
  readonly #options: LanesOptions;
  readonly #lanes: Map<string, Lane>;
  readonly #running: ServiceGroup;
  readonly #newLane: (setup: LaneSetup) => Lane;
  /** The latest status of each model: a camera that is added later uses models that are ready. */
  readonly #models = new Map<string, ModelStatus>();
  readonly #unroutedLog: LogThrottle;
  #vision: VisionHealth;
  #unroutedResults = 0;

  constructor(options: LanesOptions) {
    const { lanes, limits, ...parts } = options;
    this.#options = options;
    const full = { ...LANE_LIMITS, ...limits };
    this.#newLane = (setup) => new Lane(setup, { ...parts, limits: full });
    this.#lanes = new Map(lanes.map((setup) => [setup.camera, this.#newLane(setup)]));
    this.#running = new ServiceGroup(this.name, [...this.#lanes.values()]);
    // Nothing is inspected until the vision process reports that it is up.
    this.#vision = { state: 'down', sinceMs: options.clock.monoMs(), downs: 0 };
    this.#unroutedLog = new LogThrottle({ everyMs: 60_000, nowMs: () => options.clock.monoMs() });
  }

  /** Writes all lanes' events to the journal until `signal` aborts. */
  run(signal: AbortSignal): Promise<void> {
    return this.#running.run(signal);
  }

  /**
   * Changes the setup of a camera, or adds the camera: its open events are closed with the reason `restart`, and
   * tracking and rules start again. The counters of models that it keeps continue.
   */
  replace(setup: LaneSetup): void {
    let lane = this.#lanes.get(setup.camera);
    if (lane === undefined) {
      lane = this.#newLane(setup);
      this.#lanes.set(setup.camera, lane);
      this.#running.add(lane);
    } else lane.replaceModels(setup);
    for (const status of this.#models.values()) lane.model(status);
  }

  /** Removes a camera. Its open events are closed and written first, at the latest until `signal` aborts. */
  async remove(camera: string, signal: AbortSignal): Promise<void> {
    const lane = this.#lanes.get(camera);
    if (lane === undefined) return;
    this.#lanes.delete(camera);
    lane.close('restart');
    try {
      await lane.settled(signal);
    } finally {
      await this.#running.remove(lane);
    }
  }

  /** Removes rules of a camera, whose events are closed with the reason `rule_removed`, and adds others. */
  changeRules(camera: string, change: RuleChange): void {
    this.#lanes.get(camera)?.changeRules(change);
  }

  /** Resolves when every event decided so far is in the journal; rejects when `signal` aborts first. */
  async settled(signal: AbortSignal): Promise<void> {
    await Promise.all([...this.#lanes.values()].map((lane) => lane.settled(signal)));
  }

  inspection(inspection: Inspection): void {
    const { frame, model } = inspection;
    if (this.#lanes.get(frame.camera)?.inspection(inspection) !== true) this.#unrouted(frame.camera, model, 1);
  }

  reading(answer: ReadingAnswer): void {
    this.#lanes.get(answer.frame.camera)?.reading(answer);
  }

  fate(camera: string, model: string, fate: FrameFate, count: number): void {
    if (this.#lanes.get(camera)?.fate(model, fate, count) !== true) this.#unrouted(camera, model, count);
  }

  camera(status: CameraStatus): void {
    this.#lanes.get(status.camera)?.status(status);
  }

  model(status: ModelStatus): void {
    this.#models.set(status.model, status);
    for (const lane of this.#lanes.values()) lane.model(status);
  }

  down(reason: string): void {
    const { state, sinceMs, downs } = this.#vision;
    const since = state === 'down' && downs > 0 ? sinceMs : this.#options.clock.monoMs();
    this.#vision = { state: 'down', sinceMs: since, downs: downs + 1, reason };
  }

  up(): void {
    this.#vision = { ...this.#vision, state: 'up', sinceMs: this.#options.clock.monoMs() };
  }

  ended(camera: string): void {
    this.#lanes.get(camera)?.ended();
  }

  /** Call this about twice a second with the monotonic time: it closes events that have had no results for too long. */
  tick(nowMs: number): void {
    for (const lane of this.#lanes.values()) lane.tick(nowMs);
  }

  /** What is decided about a camera's place outside of its rules; nothing where there is no such camera. */
  report(camera: string, outputs: readonly RuleOutput[]): void {
    this.#lanes.get(camera)?.report(outputs);
  }

  /** What the rules of all lanes counted since the last call. */
  takeTallies(): readonly LaneTallies[] {
    return [...this.#lanes.values()].flatMap((lane) => lane.takeTallies());
  }

  /** Products that codes on the packs have chosen since the last call, each in every way in which it can be written. */
  takeChosenProducts(): readonly (readonly string[])[] {
    return [...this.#lanes.values()].flatMap((lane) => lane.takeChosenProducts());
  }

  /** One reading of a signal of the plant, for the rules of every lane. */
  signal(signal: Signal): void {
    for (const lane of this.#lanes.values()) lane.signal(signal);
  }

  /** One reading of a recording's signals, or time that passed in it, for the rules of every lane of a recording. */
  recorded(tick: RuleTick, signal?: Signal): void {
    for (const lane of this.#lanes.values()) lane.recorded(tick, signal);
  }

  /** Closes all open events. When the process ends: stop the results, call this, then wait for `settled`. */
  close(reason: ClosingReason): void {
    for (const lane of this.#lanes.values()) lane.close(reason);
  }

  state(): LanesState {
    const lanes = [...this.#lanes.values()].map((lane) => lane.state());
    return { vision: this.#vision, lanes, unroutedResults: this.#unroutedResults };
  }

  /** Bodies for the journal's telemetry stream, one per camera and model. */
  telemetry(): Telemetry[] {
    return [...this.#lanes.values()].flatMap((lane) => lane.telemetry(this.#vision.state === 'up'));
  }

  #unrouted(camera: string, model: string, count: number): void {
    this.#unroutedResults += count;
    const times = this.#unroutedLog.due('unrouted');
    if (times === undefined) return;
    const what = `camera ${camera}, model ${model}`;
    this.#options.log.warn({ what, count: times }, 'results of a camera or model that no lane has');
  }
}
