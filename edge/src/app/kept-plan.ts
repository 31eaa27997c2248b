import { mkdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { messageOf, systemCode, writeFileAtomic } from '@lineside/kit';
import {
  type CameraConfig,
  type Config,
  ConfigError,
  type Finding,
  type LoadedConfig,
  periodMs,
  problemsOf,
} from '../config/index.ts';
import { type Capacity, capacityOf } from '../load/index.ts';
import type { CapacityReport } from './measure-capacity.ts';

/** What `lineside plan` measured last on this device, in the data folder. */
interface KeptPlan {
  readonly v: 1;
  readonly measuredAtMs: number;
  readonly cores: number;
  readonly cameras: readonly {
    readonly camera: string;
    /** How it was opened and what was made of its frames: figures count for that alone. */
    readonly setting: string;
    readonly decodeCores: number;
    readonly sourceFps?: number;
    /** Inferences for each frame that a model receives: tiles, crops. */
    readonly perFrame: Readonly<Record<string, number>>;
  }[];
  readonly models: readonly {
    readonly model: string;
    readonly ref: string;
    readonly provider: string;
    readonly latencyMs: number;
    readonly cpuMs: number;
  }[];
}

const pathIn = (dataDir: string): string => join(dataDir, 'plan.json');

/** Keeps what was measured for this configuration, so that a later one can be judged by it. */
export async function keepPlan(
  dataDir: string,
  { config }: LoadedConfig,
  report: CapacityReport,
  wallMs: number,
): Promise<void> {
  const most = (camera: CameraConfig): number =>
    report.cameras.find((one) => one.camera === camera.id)?.sourceFps ?? camera.fps;
  const kept: KeptPlan = {
    ...{ v: 1, measuredAtMs: wallMs, cores: report.cores },
    cameras: config.cameras.flatMap((camera) => {
      const measured = report.cameras.find((one) => one.camera === camera.id);
      if (measured === undefined) return [];
      const perFrame = report.demands
        .filter((demand) => demand.camera === camera.id)
        .map(({ model, perSecond }) => [model, perSecond / rateOf(camera, model, most(camera))] as const);
      const { cores: decodeCores, sourceFps } = measured;
      const source = sourceFps === undefined ? {} : { sourceFps };
      return [
        {
          camera: camera.id,
          setting: settingOf(camera),
          decodeCores,
          ...source,
          perFrame: Object.fromEntries(perFrame),
        },
      ];
    }),
    models: report.models.map(({ model, provider, p50Ms, cpuMsPerFrame }) => ({
      ...{ model, ref: refOf(config, model), provider, latencyMs: p50Ms, cpuMs: cpuMsPerFrame },
    })),
  };
  await mkdir(dataDir, { recursive: true, mode: 0o750 });
  await writeFileAtomic(pathIn(dataDir), `${JSON.stringify(kept, undefined, 2)}\n`);
}

/**
 * That a configuration does not fit on this device by what `lineside plan` measured last, with the numbers. Undefined where it
 * fits, and where a camera or model of it was not measured as it is used now.
 */
export async function unfitFinding(dataDir: string, { config }: LoadedConfig): Promise<Finding | undefined> {
  const kept = await readKept(dataDir);
  const capacity = kept && judge(kept, config);
  if (kept === undefined || capacity === undefined || capacity.fits) return undefined;
  const short = capacity.uses.filter(({ used, usable }) => used > usable);
  const numbers = short.map(({ resource, used, usable }) => `${resource} ${used.toFixed(2)} of ${usable.toFixed(2)}`);
  const measured = new Date(kept.measuredAtMs).toISOString().slice(0, 10);
  const rates =
    capacity.rateFactor > 0 ? `lower all rates (fps) to ${Math.floor(100 * capacity.rateFactor)} %, or ` : '';
  return {
    code: 'does_not_fit',
    path: ['cameras'],
    message: `cannot all be inspected on this device, by what lineside plan measured on ${measured}: ${numbers.join(', ')}`,
    advice: `${rates}use at most ${capacity.camerasThatFit} such cameras; measure again with lineside plan`,
  };
}

/** @throws ConfigError where it does not fit and is configured to be refused then. */
export async function refuseUnfit(dataDir: string, loaded: LoadedConfig): Promise<void> {
  if (loaded.config.inference.whenShort !== 'refuse') return;
  const finding = await unfitFinding(dataDir, loaded);
  if (finding !== undefined) throw new ConfigError(problemsOf(loaded, [finding]));
}

function judge(kept: KeptPlan, config: Config): Capacity | undefined {
  const uses = config.cameras.map((camera) => {
    const setting = settingOf(camera);
    return { camera, known: kept.cameras.find((one) => one.camera === camera.id && one.setting === setting) };
  });
  const demands = uses.flatMap(({ camera, known }) =>
    Object.entries(known?.perFrame ?? {}).map(([model, perFrame]) => {
      const perSecond = rateOf(camera, model, known?.sourceFps ?? camera.fps) * perFrame;
      return { camera: camera.id, model, perSecond };
    }),
  );
  const models = kept.models.filter(({ model, ref }) => refOf(config, model) === ref);
  const isKnown =
    uses.every(({ known }) => known !== undefined) &&
    demands.every((demand) => models.some(({ model }) => model === demand.model));
  if (!isKnown) return undefined;
  const cameras = uses.map(({ camera, known }) => ({ camera: camera.id, decodeCores: known?.decodeCores ?? 0 }));
  return capacityOf({ cores: kept.cores, cameras, models, demands });
}

/** Frames a second of a camera that a model receives. */
function rateOf(camera: CameraConfig, model: string, sourceFps: number): number {
  return Math.min(1000 / periodMs(camera, model), sourceFps);
}

/** Everything that decoding and the number of inferences for a frame depend on. */
function settingOf({ url, transport, decoder, decode, pictureWidth, models, stages }: CameraConfig): string {
  const used = models.map(({ id, region, tiles }) => ({ id, region, tiles }));
  return JSON.stringify([url.shown, transport, decoder, decode, pictureWidth, used, stages]);
}

function refOf({ models }: Config, id: string): string {
  return models.find((model) => model.id === id)?.ref ?? id;
}

/** Undefined where nothing was measured yet, or nothing that this version understands. */
async function readKept(dataDir: string): Promise<KeptPlan | undefined> {
  try {
    const value: unknown = JSON.parse(await readFile(pathIn(dataDir), 'utf8'));
    return isKept(value) ? value : undefined;
  } catch (error) {
    if (error instanceof SyntaxError || ['ENOENT', 'ENOTDIR', 'EACCES'].includes(systemCode(error) ?? ''))
      return undefined;
    throw new Error(`${pathIn(dataDir)} cannot be read: ${messageOf(error)}`, { cause: error });
  }
}

/** The file is ours; what it has besides is used as numbers only. */
function isKept(value: unknown): value is KeptPlan {
  if (typeof value !== 'object' || value === null || !('v' in value) || value.v !== 1) return false;
  return 'cameras' in value && Array.isArray(value.cameras) && 'models' in value && Array.isArray(value.models);
}
