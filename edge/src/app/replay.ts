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
import { assignmentsOf } from './model-assignments.ts';
import { openDataFolder } from './open-data-folder.ts';
import type { ReplayOptions, ReplaySummary } from './options.ts';
import { RecordingEnds } from './recording-ends.ts';
import { checkRecording, refuseMissing } from './replay-checks.ts';
import { ReplayRecorder } from './replay-recorder.ts';
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
    const recorder = new ReplayRecorder(store.recorder, options);
    const stop = new AbortController();
    const signal = AbortSignal.any([options.signal, stop.signal]);
    const ends = new RecordingEnds(options.recordings.map(({ camera }) => camera));
    const { lanes, vision } = wireReplay(options, loaded, models, recorder, ends);
    const running = Promise.all([vision.run(signal), lanes.run(signal)]);
    await Promise.race([ends.all, aborted(options.signal), running]);
    await lanes.settled(AbortSignal.any([options.signal, AbortSignal.timeout(SETTLE_MS)]));
    stop.abort();
    await running;
    return summaryOf(lanes, ends, recorder.opened, systemClock.monoMs() - startedMs);
  } finally {
    store.close();
  }
}

function wireReplay(
  options: ReplayOptions,
  loaded: LoadedConfig,
  models: readonly LineModel[],
  recorder: Recorder,
  ends: RecordingEnds,
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

function summaryOf(lanes: Lanes, ends: RecordingEnds, events: Record<string, number>, tookMs: number): ReplaySummary {
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
