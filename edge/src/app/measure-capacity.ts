import { mkdtemp, rm } from 'node:fs/promises';
import { availableParallelism, tmpdir } from 'node:os';
import { join } from 'node:path';
import { importedDir } from '@lineside/models';
import {
  type Clock,
  createLogger,
  LinesideError,
  messageOf,
  ProgramError,
  runProgram,
  SecretError,
} from '@lineside/kit';
import {
  type DecodeFigures,
  type FfmpegCapabilities,
  measureDecode,
  probeFfmpeg,
  StreamError,
  tryDecoders,
} from '../camera/index.ts';
import type { CameraConfig, LoadedConfig } from '../config/index.ts';
import { readMachine } from '../engines/index.ts';
import type { BenchFigures } from '../evaluation/index.ts';
import { type Capacity, capacityOf, type InferenceDemand } from '../load/index.ts';
import { formatsOf, tilesOf } from '../vision/index.ts';
import { engineKeeper, specsOf } from './engines.ts';
import { assignmentsOf } from './model-assignments.ts';
import { periodMs } from '../config/index.ts';
import { findModels, type LineModel } from './models.ts';

export interface CapacityOptions {
  readonly loaded: LoadedConfig;
  readonly dataDir: string;
  /** Length of each measurement. */
  readonly seconds: number;
  /** Cameras that cannot be opened are measured with a made-up video of this size and rate. */
  readonly assumed: { readonly width: number; readonly height: number; readonly fps: number };
  /** False: no camera is opened, all are assumed. */
  readonly openCameras: boolean;
  readonly searchPath: string | undefined;
  readonly clock: Clock;
  readonly log: (line: string) => void;
  readonly signal: AbortSignal;
}

export interface MeasuredCamera extends DecodeFigures {
  readonly camera: string;
  /** `assumed`: it could not be opened, and a made-up video was measured instead. */
  readonly basis: 'measured' | 'assumed';
  /** Why it is assumed. */
  readonly reason?: string;
  readonly wantedFps: number;
}

export interface MeasuredModel extends Pick<BenchFigures, 'provider' | 'p50Ms' | 'cpuMsPerFrame'> {
  readonly model: string;
  readonly perSecond: number;
}

export interface CapacityReport extends Capacity {
  readonly cores: number;
  readonly cameras: readonly MeasuredCamera[];
  readonly models: readonly MeasuredModel[];
  readonly demands: readonly InferenceDemand[];
  /** Models of the configuration that cannot be run. */
  readonly refused: readonly { readonly model: string; readonly message: string; readonly advice: string }[];
}

/** Crops of a frame that a second stage is taken to receive: the number of products or people in view is not known. */
const CROPS_ASSUMED = 3;

/**
 * Measures on this device what the cameras and models of a configuration cost, one after the other, and judges whether all
 * of them fit. Needs no service; one that runs makes the figures worse.
 */
export async function measureCapacity(options: CapacityOptions): Promise<CapacityReport> {
  const { loaded, signal } = options;
  const { config } = loaded;
  const models = await findModels(config, { baseDir: loaded.baseDir, importedDir: importedDir(options.dataDir) });
  const cameras = await measureCameras(options, models);
  const demands = config.cameras.flatMap((camera) => demandsOf(camera, models, cameras));
  const figures = await measureModels(options, models, demands);
  signal.throwIfAborted();
  const cores = availableParallelism();
  const capacity = capacityOf({
    ...{ cores, demands },
    cameras: cameras.map(({ camera, cores: decodeCores }) => ({ camera, decodeCores })),
    models: figures.map(({ model, provider, p50Ms, cpuMsPerFrame }) => ({
      ...{ model, provider, latencyMs: p50Ms, cpuMs: cpuMsPerFrame },
    })),
  });
  const refused = models.flatMap((model) =>
    model.state === 'refused' ? [{ model: model.id, message: model.message, advice: model.advice }] : [],
  );
  return { ...capacity, cores, cameras, models: figures, demands, refused };
}

async function measureCameras(
  options: CapacityOptions,
  models: readonly LineModel[],
): Promise<readonly MeasuredCamera[]> {
  const { loaded, signal } = options;
  const { capabilities } = await tryDecoders(await probeFfmpeg('ffmpeg', signal), signal);
  const folder = await mkdtemp(join(tmpdir(), 'lineside-plan-'));
  const measured: MeasuredCamera[] = [];
  try {
    for (const camera of loaded.config.cameras) {
      options.log(`camera ${camera.id}`);
      measured.push(await measureCamera(camera, { options, models, capabilities, folder }));
    }
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
  return measured;
}

interface CameraTools {
  readonly options: CapacityOptions;
  readonly models: readonly LineModel[];
  readonly capabilities: FfmpegCapabilities;
  readonly folder: string;
}

async function measureCamera(camera: CameraConfig, tools: CameraTools): Promise<MeasuredCamera> {
  const { options, models, capabilities, folder } = tools;
  const { loaded, clock, signal, seconds, assumed } = options;
  const manifests = new Map(
    models.flatMap((model) => (model.state === 'found' ? [[model.id, model.spec.manifest] as const] : [])),
  );
  const common = {
    ...{ transport: camera.transport, fps: camera.fps, durationMs: seconds * 1000 },
    ...{ keyFramesOnly: camera.decode === 'key_frames', pictureWidth: camera.pictureWidth },
    formats: formatsOf(assignmentsOf(camera, models), manifests),
  };
  const named = { camera: camera.id, wantedFps: camera.fps };
  let reason = 'cameras are not opened';
  if (options.openCameras) {
    try {
      const url = loaded.secrets.url(camera.url);
      return {
        ...named,
        basis: 'measured',
        ...(await measureDecode({ ...common, url }, { capabilities, clock }, signal)),
      };
    } catch (error) {
      if (!(error instanceof StreamError || error instanceof SecretError)) throw error;
      reason = error.message;
    }
  }
  const url = await madeUpVideo(folder, assumed, signal);
  return {
    ...named,
    basis: 'assumed',
    reason,
    ...(await measureDecode({ ...common, url }, { capabilities, clock }, signal)),
  };
}

/** A video with as much detail and noise as an ordinary camera sends; made once for each size. */
async function madeUpVideo(
  folder: string,
  { width, height, fps }: CapacityOptions['assumed'],
  signal: AbortSignal,
): Promise<string> {
  const path = join(folder, `${width}x${height}.mp4`);
  const input = ['-f', 'lavfi', '-i', `testsrc2=size=${width}x${height}:rate=${fps}:duration=4,noise=alls=6:allf=t`];
  const bits = Math.round(0.08 * width * height * fps);
  const encode = [
    '-c:v',
    'libx264',
    '-preset',
    'veryfast',
    '-pix_fmt',
    'yuv420p',
    '-g',
    `${2 * fps}`,
    '-b:v',
    `${bits}`,
  ];
  try {
    const args = ['-nostdin', '-loglevel', 'error', '-n', ...input, ...encode, path];
    await runProgram('ffmpeg', args, { timeoutMs: 120_000, signal });
  } catch (error) {
    const isThere = error instanceof ProgramError && /already exists/i.test(error.output.stderr);
    if (isThere) return path;
    if (!(error instanceof ProgramError)) throw error;
    throw new LinesideError({
      code: 'no_test_video',
      message: `FFmpeg cannot make a test video: ${messageOf(error)}`,
      advice: 'install FFmpeg with libx264, or make the cameras reachable, so that their own streams are measured',
      cause: error,
    });
  }
  return path;
}

/** How often each model is wanted on a camera: no more often than the camera has frames. */
function demandsOf(
  camera: CameraConfig,
  models: readonly LineModel[],
  measured: readonly MeasuredCamera[],
): readonly InferenceDemand[] {
  const source = measured.find((one) => one.camera === camera.id);
  const most = source?.sourceFps ?? camera.fps;
  return assignmentsOf(camera, models).map((use) => {
    const manifest = models.flatMap((model) => (model.state === 'found' && model.id === use.model ? [model] : []))[0];
    const perSecond = Math.min(1000 / periodMs(camera, use.model), most);
    const tiles = manifest === undefined || source === undefined ? 1 : tilesOf(use, manifest.spec.manifest, source);
    const crops = use.secondStage === undefined ? 1 : Math.min(CROPS_ASSUMED, use.secondStage.maxDetections);
    return { camera: camera.id, model: use.model, perSecond: perSecond * tiles * crops };
  });
}

async function measureModels(
  { loaded, dataDir, seconds, searchPath, clock, log, signal }: CapacityOptions,
  models: readonly LineModel[],
  demands: readonly InferenceDemand[],
): Promise<readonly MeasuredModel[]> {
  const { config } = loaded;
  // The service never measures: it does not load what that needs.
  const { benchmarkModel } = await import('../evaluation/index.ts');
  const machine = await readMachine({ path: searchPath, signal });
  const tools = { clock, logger: createLogger('silent') };
  const keeper = await engineKeeper({ config, dataDir, models, machine, ...tools });
  const measured: MeasuredModel[] = [];
  for (const spec of specsOf(config, models, keeper)) {
    const wanted = demands.filter(({ model }) => model === spec.id);
    if (wanted.length === 0) continue;
    log(`model ${spec.id}`);
    const { provider, p50Ms, cpuMsPerFrame } = await benchmarkModel({ spec, seconds }, signal);
    const perSecond = wanted.reduce((sum, demand) => sum + demand.perSecond, 0);
    measured.push({ model: spec.id, provider, p50Ms, cpuMsPerFrame, perSecond });
  }
  return measured;
}
