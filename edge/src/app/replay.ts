import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { loadConfig, type LoadedConfig } from '../config/index.ts';
import { aborted, createLogger, systemClock } from '@lineside/kit';
import { Lanes, type Recorder } from '../pipeline/index.ts';
import { VisionProcess } from '../vision/index.ts';
import { ClockSource } from './clock-source.ts';
import { eventIds } from './event-id.ts';
import { laneSetup } from './lane-setup.ts';
import { bootId } from './machine.ts';
import { findModels, type LineModel } from './models.ts';
import { assignmentsOf, motionOf } from './model-assignments.ts';
import { privacyPlan } from './vision-plan.ts';
import { openDataFolder } from './open-data-folder.ts';
import type { ReplayOptions, ReplaySummary } from './options.ts';
import { RecordedSignals } from './recorded-signals.ts';
import { RecordingEnds } from './recording-ends.ts';
import { checkRecording, refuseMissing } from './replay-checks.ts';
import { replayStart } from './replay-clock.ts';
import { ReplayRecorder } from './replay-recorder.ts';
import { ReplayTallies } from './replay-tallies.ts';
import { readsOf } from './vision-plan.ts';
import { dataFolderLimits } from './data-folder-limits.ts';

const SETTLE_MS = 30_000;
/** So many moments without a frame are played before their events are written. */
const MOMENTS_AT_ONCE = 200;

/**
 * Runs the whole pipeline on recordings: every frame is inspected, on the recording's own clock, as fast as the machine
 * can. Events go to a journal of their own. Throws ConfigError, LinesideError.
 */
export async function replay(given: ReplayOptions): Promise<ReplaySummary> {
  return replayLoaded(await loadConfig(given.configPath, given.sources), given);
}

/** The same with a configuration that is read already. */
export async function replayLoaded(loaded: LoadedConfig, given: ReplayOptions): Promise<ReplaySummary> {
  for (const recording of given.recordings) await checkRecording(recording, loaded);
  const startsAtMs = await replayStart(given, loaded);
  const options = { ...given, ...(startsAtMs === undefined ? {} : { startsAtMs }) };
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
    const recorder = new ReplayRecorder(store.recorder, options);
    const stop = new AbortController();
    const signal = AbortSignal.any([options.signal, stop.signal]);
    const parts = wireReplay(options, loaded, models, recorder);
    const { lanes, vision, signals, tallies, ends } = parts;
    const cameras = options.recordings.length === 0 ? [] : [vision.run(signal)];
    const running = Promise.all([...cameras, lanes.run(signal)]);
    await Promise.race([ends.all, aborted(options.signal), running]);
    await playWithoutCameras(options, parts);
    const settled = AbortSignal.any([options.signal, AbortSignal.timeout(SETTLE_MS)]);
    await lanes.settled(settled);
    // What is still open at the end of signals has no camera that says so.
    if (signals !== undefined && options.recordings.length === 0) lanes.close('restart');
    await lanes.settled(settled);
    stop.abort();
    await running;
    tallies.take(0);
    const summary = summaryOf(lanes, ends, tallies, recorder.opened, systemClock.monoMs() - startedMs);
    return { ...summary, ...(options.startsAtMs === undefined ? {} : { startsAtMs: options.startsAtMs }) };
  } finally {
    store.close();
  }
}

interface ReplayParts {
  readonly lanes: Lanes;
  readonly vision: VisionProcess;
  readonly signals: RecordedSignals | undefined;
  readonly tallies: ReplayTallies;
  readonly ends: RecordingEnds;
}

/** Results that are there already, and signals for which there are no frames. */
async function playWithoutCameras(
  { inspections = [], recordings, signal }: ReplayOptions,
  { lanes, signals, tallies, ends }: ReplayParts,
): Promise<void> {
  let played = 0;
  const settle = async (): Promise<void> => {
    played += 1;
    if (played % MOMENTS_AT_ONCE === 0) await lanes.settled(signal);
  };
  for (const inspection of inspections) {
    signal.throwIfAborted();
    for (const listener of [signals, lanes, tallies, ends]) listener?.inspection(inspection);
    await settle();
  }
  if (recordings.length > 0 || signals === undefined) return;
  for (const atMs of signals.playTo(Number.POSITIVE_INFINITY)) {
    signal.throwIfAborted();
    tallies.take(atMs);
    ends.lengthMs.set('', atMs);
    await settle();
  }
}

function wireReplay(
  options: ReplayOptions,
  loaded: LoadedConfig,
  models: readonly LineModel[],
  recorder: Recorder,
): ReplayParts {
  const { config } = loaded;
  const log = createLogger('warn', 'replay');
  const { recordings, inspections, signals: readings } = options;
  const ends = new RecordingEnds(recordings.map(({ camera }) => camera));
  const cameras = recordings.flatMap(({ camera: id, path }) =>
    config.cameras.filter((camera) => camera.id === id).map((camera) => ({ camera, path })),
  );
  // Signals and results that are there already are for every camera.
  const isOfAll = readings !== undefined || inspections !== undefined;
  const watched = isOfAll ? config.cameras : cameras.map(({ camera }) => camera);
  const signals = readings && new RecordedSignals(loaded, readings, options.startsAtMs ?? systemClock.wallMs());
  const { startsAtMs } = options;
  // At its end a recording expires at infinity.
  const wallTime = (atMs: number): number | undefined =>
    startsAtMs === undefined || !Number.isFinite(atMs) ? undefined : startsAtMs + atMs;
  const around = startsAtMs === undefined ? {} : { wallTime };
  const lanes: Lanes = new Lanes({
    lanes: watched.map((camera) => laneSetup(config, camera, models, 'recording', around)),
    vision: {
      picture: (request, until) => vision.picture(request, until),
      read: (request) => vision.read(request),
    },
    recorder,
    alarm: { raise: () => undefined },
    clock: systemClock,
    log,
    newEventId: eventIds(systemClock),
    ...(signals === undefined ? {} : { signals: signals.table }),
  });
  signals?.feed(lanes);
  const tallies = new ReplayTallies(lanes, options.onTally);
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
        ...privacyPlan(camera, models),
        ...readsOf(config, camera.id),
        ...motionOf(camera),
      })),
    },
    listeners: [...(signals === undefined ? [] : [signals]), lanes, tallies, ends],
    clock: systemClock,
    logger: log,
    random: Math.random,
  });
  return { lanes, vision, signals, tallies, ends };
}

function summaryOf(
  lanes: Lanes,
  ends: RecordingEnds,
  tallies: ReplayTallies,
  events: Record<string, number>,
  tookMs: number,
): ReplaySummary {
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
  return { cameras, events, counts: tallies.counts, recordedMs: Math.max(0, ...ends.lengthMs.values()), tookMs };
}
