import { STREAMS } from '@lineside/protocol';
import type { LoadedConfig } from '../config/index.ts';
import type { EngineKeeper } from '../engines/index.ts';
import type { Clock } from '@lineside/kit';
import type { Lanes } from '../pipeline/index.ts';
import type {
  EventHistory,
  EventPage,
  EventQuery,
  PictureOptions,
  PictureShot,
  Snapshot,
  StatusServer,
  StatusSource,
} from '../status/index.ts';
import { evidencePath } from '../evidence/index.ts';
import type { VisionProcess } from '../vision/index.ts';
import { EventViews } from './event-views.ts';
import { CpuMeter, diskOf } from './machine.ts';
import { periodMs } from './model-assignments.ts';
import { type LineModel, refusals } from './models.ts';
import type { DataFolder } from './open-data-folder.ts';
import { cameraViews, modelViews, type ViewFacts } from './status-view.ts';
import type { UplinkService } from './uplink-service.ts';

export interface LineStatusParts {
  readonly loaded: LoadedConfig;
  readonly configPath: string;
  readonly configProblem: () => string | undefined;
  readonly dataDir: string;
  readonly evidenceFolder: string;
  readonly version: string;
  readonly clock: Clock;
  readonly store: DataFolder;
  readonly lanes: Lanes;
  readonly vision: VisionProcess;
  readonly uplink: UplinkService | undefined;
  readonly models: readonly LineModel[];
  readonly keeper: EngineKeeper | undefined;
}

/** Declarations of loss that a snapshot shows of each stream. */
const MOST_LOSSES = 5;
/** A line whose cameras deliver must give a result at least this often, or it makes no progress. */
const PROGRESS_MS = 30_000;

/** Answers the status room's questions from every other room. */
export class LineStatus implements StatusSource {
  readonly #parts: LineStatusParts;
  readonly #events: EventViews;
  readonly #cpu: CpuMeter;
  readonly #startedMs: number;
  readonly #startedWallMs: number;

  constructor(parts: LineStatusParts) {
    this.#parts = parts;
    const { journal, events } = parts.store;
    this.#events = new EventViews(events, (seq) => journal.confirmed('events', seq));
    this.#cpu = new CpuMeter(() => parts.clock.monoMs());
    this.#startedMs = parts.clock.monoMs();
    this.#startedWallMs = parts.clock.wallMs();
  }

  snapshot(): Snapshot {
    const { loaded, clock, version, dataDir, uplink, store } = this.#parts;
    const facts = this.#facts();
    const { vision } = facts.lanes;
    const wallMs = clock.wallMs();
    return {
      v: 1,
      version,
      device: loaded.config.device,
      line: loaded.config.line,
      atMs: wallMs,
      startedAtMs: this.#startedWallMs,
      uptimeMs: facts.nowMs - this.#startedMs,
      clock: store.journal.clockQuality(),
      config: this.#config(),
      vision: {
        state: vision.state,
        sinceMs: wallMs - (facts.nowMs - vision.sinceMs),
        restarts: vision.downs,
        ...(vision.reason === undefined ? {} : { reason: vision.reason }),
      },
      cameras: cameraViews(facts),
      models: modelViews(facts),
      ...(this.#parts.keeper === undefined ? {} : { engines: this.#parts.keeper.states() }),
      journal: this.#journal(wallMs),
      link: uplink?.view() ?? { state: 'off', sinceMs: this.#startedWallMs },
      evidence: this.#evidence(),
      disk: diskOf(dataDir),
      process: { rssBytes: process.memoryUsage.rss(), cpu: this.#cpu.cores() },
      events: this.#events.page({ limit: 20 }).events,
    };
  }

  async picture(camera: string, options: PictureOptions, signal: AbortSignal): Promise<PictureShot> {
    const lane = this.#facts().lanes.lanes.find((candidate) => candidate.camera === camera);
    const newest = lane?.models.flatMap((model) => model.newest ?? []) ?? [];
    const latest = newest.toSorted((a, b) => b.frame.index - a.frame.index)[0];
    const overlays = options.boxes ? newest.flatMap((model) => model.overlays) : [];
    const index = options.boxes && latest !== undefined ? { index: latest.frame.index } : {};
    return this.#parts.vision.picture({ camera, overlays, maxWidth: options.maxWidth, ...index }, signal);
  }

  events(query: EventQuery): EventPage {
    return this.#events.page(query);
  }

  event(id: string): EventHistory | undefined {
    return this.#events.history(id);
  }

  evidence(sha256: string): string | undefined {
    const { store, evidenceFolder } = this.#parts;
    return store.evidence.holds(sha256) ? evidencePath(evidenceFolder, sha256) : undefined;
  }

  /** Tells the page of each event as it is written; returns how to stop that. */
  announceTo(server: StatusServer): () => void {
    const { journal } = this.#parts.store;
    return journal.onAppend((positions) => {
      if (!positions.some(({ stream }) => stream === 'events')) return;
      const [newest] = this.#events.page({ limit: 1 }).events;
      if (newest !== undefined) server.announce(newest);
    });
  }

  /**
   * What the watchdog is fed by: cameras that deliver frames are also inspected. Cameras that are down for outside
   * reasons do not count, nor does a vision process that is being replaced within its budget.
   */
  progressing(): boolean {
    const { lanes, nowMs } = this.#facts();
    if (nowMs - this.#startedMs < PROGRESS_MS) return true;
    // The builder has a time limit of its own; until then the cameras are meant to wait.
    if (this.#parts.keeper?.states().some(({ state }) => state === 'building') === true) return true;
    if (lanes.vision.state === 'down') return nowMs - lanes.vision.sinceMs < PROGRESS_MS;
    const delivering = lanes.lanes.filter(({ status }) => status?.state === 'streaming');
    const { cameras } = this.#parts.loaded.config;
    const stuck = delivering.every((lane) => {
      const camera = cameras.find(({ id }) => id === lane.camera);
      return lane.models.every(({ model, newest }) => {
        const waitMs = Math.max(PROGRESS_MS, camera === undefined ? 0 : 3 * periodMs(camera, model));
        return nowMs - (newest?.resultAtMs ?? this.#startedMs) > waitMs;
      });
    });
    return delivering.length === 0 || !stuck;
  }

  oneLine(): string {
    const views = cameraViews(this.#facts());
    const inspecting = views.filter((view) => view.inspecting === 'inspecting').length;
    return `${inspecting} of ${views.length} cameras inspecting`;
  }

  #facts(): ViewFacts {
    const { loaded, lanes, clock, models } = this.#parts;
    return {
      config: loaded.config,
      lanes: lanes.state(),
      nowMs: clock.monoMs(),
      startedMs: this.#startedMs,
      thresholds: new Map(models.flatMap((model) => (model.state === 'found' ? [[model.id, model.threshold]] : []))),
      refused: refusals(models),
    };
  }

  #config(): Snapshot['config'] {
    const problem = this.#parts.configProblem();
    const path = this.#parts.configPath;
    return problem === undefined ? { path, state: 'good' } : { path, state: 'last_good', problem };
  }

  #journal(wallMs: number): Snapshot['journal'] {
    const stats = this.#parts.store.journal.stats();
    const streams = STREAMS.map((stream) => {
      const { queued, next, acked, declared, oldestQueuedWallMs } = stats[stream];
      const oldest = oldestQueuedWallMs === undefined ? {} : { oldestAgeMs: Math.max(0, wallMs - oldestQueuedWallMs) };
      const newest = this.#parts.store.journal.losses(stream, MOST_LOSSES);
      const losses = newest.length === 0 ? {} : { losses: newest };
      return { stream, queued, next, acked, declaredLost: declared, ...oldest, ...losses };
    });
    const troubles = this.#parts.store.journal.alarms();
    const alarms = troubles.length === 0 ? {} : { alarms: troubles };
    const waiting = this.#parts.lanes
      .state()
      .lanes.some((lane) => lane.recording.retries > 0 && lane.recording.waiting > 0);
    return waiting
      ? { writable: false, problem: 'events wait because the journal refuses them; see the log', streams, ...alarms }
      : { writable: true, streams, ...alarms };
  }

  #evidence(): Snapshot['evidence'] {
    const { bytes, files, pending } = this.#parts.store.evidence.stats();
    return { bytes, files, notUploaded: pending };
  }
}
