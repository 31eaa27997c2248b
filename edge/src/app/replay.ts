import { mkdtemp, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { loadConfig, type LoadedConfig, modelIdsOf } from '../config/index.ts';
import type { CameraStatus, Inspection, LineEvent } from '../domain/index.ts';
import { aborted, createLogger, LinesideError, systemClock } from '@lineside/kit';
import { Lanes, type Recorder, type VisionListener } from '../pipeline/index.ts';
import { VisionProcess } from '../vision/index.ts';
import { ClockSource } from './clock-source.ts';
import { eventIds } from './event-id.ts';
import { laneSetup } from './lane-setup.ts';
import { bootId } from './machine.ts';
import { findModels, type LineModel } from './models.ts';
import { assignmentsOf } from './model-assignments.ts';
import { openDataFolder } from './open-data-folder.ts';
import type { Recording, ReplayOptions, ReplaySummary } from './options.ts';
import { dataFolderLimits } from './data-folder-limits.ts';

const SETTLE_MS = 30_000;

/**
 * Runs the whole pipeline on recordings: every frame is inspected, on the recording's own clock, as fast as the machine
 * can. Events go to a journal of their own. Throws ConfigError, LinesideError.
 */
export async function replay(options: ReplayOptions): Promise<ReplaySummary> {
  const loaded = await loadConfig(options.configPath, options.sources);
  for (const recording of options.recordings) await checkRecording(recording, loaded);
  const models = await findModels(loaded.config, {
    baseDir: loaded.baseDir,
    ...(options.importedDir === undefined ? {} : { importedDir: options.importedDir }),
  });
  refuseMissing(options.recordings, loaded, models);
  const folder = options.dataDir ?? (await mkdtemp(join(tmpdir(), 'lineside-replay-')));
  try {
    return await replayInto(folder, options, loaded, models);
  } finally {
    if (options.dataDir === undefined) await rm(folder, { recursive: true, force: true });
  }
}

async function replayInto(
  folder: string,
  options: ReplayOptions,
  loaded: LoadedConfig,
  models: readonly LineModel[],
): Promise<ReplaySummary> {
  const startedMs = systemClock.monoMs();
  const { config } = loaded;
  const log = createLogger('warn', 'replay');
  const clockSource = new ClockSource(systemClock);
  const store = openDataFolder({
    data: folder,
    device: config.device,
    boot: bootId(),
    clock: systemClock,
    log,
    ...dataFolderLimits(config.storage),
    synced: () => clockSource.synced(),
  });
  try {
    const telling = new TellingRecorder(store.recorder, options);
    const stop = new AbortController();
    const signal = AbortSignal.any([options.signal, stop.signal]);
    const ends = new Ends(options.recordings.map(({ camera }) => camera));
    const { lanes, vision } = wireReplay(options, loaded, models, telling, ends);
    const running = Promise.all([vision.run(signal), lanes.run(signal)]);
    await Promise.race([ends.all, aborted(options.signal), running]);
    await lanes.settled(AbortSignal.any([options.signal, AbortSignal.timeout(SETTLE_MS)]));
    stop.abort();
    await running;
    return summaryOf(lanes, ends, telling.opened, systemClock.monoMs() - startedMs);
  } finally {
    store.close();
  }
}

function wireReplay(
  options: ReplayOptions,
  loaded: LoadedConfig,
  models: readonly LineModel[],
  recorder: Recorder,
  ends: Ends,
): { lanes: Lanes; vision: VisionProcess } {
  const { config } = loaded;
  const log = createLogger('warn', 'replay');
  const cameras = options.recordings.flatMap(({ camera: id, path }) =>
    config.cameras.filter((camera) => camera.id === id).map((camera) => ({ camera, path })),
  );
  const lanes: Lanes = new Lanes({
    lanes: cameras.map(({ camera }) => laneSetup(config, camera, models, 'recording')),
    vision: { picture: (request, until) => vision.picture(request, until) },
    recorder,
    alarm: { raise: () => undefined },
    clock: systemClock,
    log,
    newEventId: eventIds(systemClock),
  });
  const vision: VisionProcess = new VisionProcess({
    plan: {
      models: models.flatMap((model) => (model.state === 'found' ? [model.spec] : [])),
      cameras: cameras.map(({ camera, path }) => ({
        id: camera.id,
        url: path,
        transport: camera.transport,
        fps: camera.fps,
        models: assignmentsOf(camera, models),
        mode: 'recording',
      })),
    },
    listeners: [lanes, ends],
    clock: systemClock,
    logger: log,
    random: Math.random,
  });
  return { lanes, vision };
}

/** Writes to the journal, then tells whoever replays. */
class TellingRecorder implements Recorder {
  readonly opened: Record<string, number> = {};
  readonly #recorder: Recorder;
  readonly #options: ReplayOptions;

  constructor(recorder: Recorder, options: ReplayOptions) {
    this.#recorder = recorder;
    this.#options = options;
  }

  async record(...[event, picture]: Parameters<Recorder['record']>): Promise<{ readonly seq: number }> {
    const position = await this.#recorder.record(event, picture);
    const { kind, phase } = event.output;
    if (phase === 'opened') this.opened[kind] = (this.opened[kind] ?? 0) + 1;
    this.#options.onEvent({ ...event, atMs: atOf(event) });
    return position;
  }
}

function atOf(event: LineEvent): number {
  return event.frame?.atMs ?? 0;
}

/** Knows when every recording has come to its end, and how long each was. */
class Ends implements Partial<VisionListener> {
  readonly all: Promise<void>;
  readonly lengthMs = new Map<string, number>();
  readonly #open: Set<string>;
  readonly #resolve: () => void;

  constructor(cameras: readonly string[]) {
    const { promise, resolve } = Promise.withResolvers<undefined>();
    this.all = promise;
    this.#resolve = () => resolve(undefined);
    this.#open = new Set(cameras);
  }

  inspection({ frame }: Inspection): void {
    this.lengthMs.set(frame.camera, Math.max(frame.atMs, this.lengthMs.get(frame.camera) ?? 0));
  }

  camera({ camera, state }: CameraStatus): void {
    // A recording that cannot be read is at its end as well.
    if (state === 'failed') this.ended(camera);
  }

  ended(camera: string): void {
    this.#open.delete(camera);
    if (this.#open.size === 0) this.#resolve();
  }
}

function summaryOf(lanes: Lanes, ends: Ends, events: Record<string, number>, tookMs: number): ReplaySummary {
  const cameras = lanes.state().lanes.flatMap((lane) =>
    lane.models.map(({ model, counters }) => ({
      camera: lane.camera,
      model,
      offered: counters.offered,
      inspected: counters.inspected,
      skipped: { ...counters.skipped },
      failed: { ...counters.failed },
      recordedMs: ends.lengthMs.get(lane.camera) ?? 0,
    })),
  );
  return { cameras, events, tookMs };
}

async function checkRecording(recording: Recording, loaded: LoadedConfig): Promise<void> {
  const known = loaded.config.cameras.map((camera) => camera.id);
  if (!known.includes(recording.camera)) {
    throw new LinesideError({
      code: 'camera_unknown',
      message: `the configuration has no camera ${recording.camera}`,
      advice: `name one of: ${known.join(', ') || 'none is configured'}`,
    });
  }
  const found = await stat(recording.path).catch(() => undefined);
  if (found?.isFile() === true) return;
  throw new LinesideError({
    code: 'recording_missing',
    message: `there is no file ${recording.path}`,
    advice: 'check the path after --camera ID=',
  });
}

/** A replay without one of its models would tell of a line that does not exist. */
function refuseMissing(recordings: readonly Recording[], loaded: LoadedConfig, models: readonly LineModel[]): void {
  const needed = loaded.config.cameras
    .filter((camera) => recordings.some((recording) => recording.camera === camera.id))
    .flatMap(modelIdsOf);
  for (const model of models) {
    if (model.state === 'refused' && needed.includes(model.id)) {
      throw new LinesideError({ code: 'model_refused', message: model.message, advice: model.advice });
    }
  }
}
