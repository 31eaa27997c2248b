import { LinesideError } from '@lineside/kit';
import { type CameraConfig, checkConfig, type ConfigSources, type LoadedConfig } from '../config/index.ts';
import type { Inspection } from '../domain/index.ts';
import { inspectRecording } from './inspect-recording.ts';
import { findModels, type LineModel } from './models.ts';
import { type ObjectSize, objectSizes } from './object-sizes.ts';
import { checkRecording, refuseMissing } from './replay-checks.ts';
import { countEvents, type RuleStudy, studyThresholds } from './threshold-study.ts';

export interface RecordCamera {
  /** The configuration as it would be, and where it would lie. */
  readonly text: string;
  readonly configPath: string;
  readonly sources: ConfigSources;
  readonly camera: string;
  /** Absolute path of a video, or `live`: the camera itself, over a connection of its own. */
  readonly video: string;
  /** Most of it that is inspected, milliseconds; of a live camera it must be given. */
  readonly mostMs?: number;
  readonly importedDir: string;
  readonly signal: AbortSignal;
}

/** What the models of a camera saw for a while: rules are judged by it as often as wanted, and the models run only once. */
export class CameraRecording {
  /** Length of what was inspected, milliseconds. */
  readonly lengthMs: number;
  readonly #options: RecordCamera;
  readonly #models: readonly LineModel[];
  readonly #inspections: readonly Inspection[];

  private constructor(options: RecordCamera, models: readonly LineModel[], inspections: readonly Inspection[]) {
    const times = inspections.map(({ frame }) => frame.atMs);
    this.#options = options;
    this.#models = models;
    this.#inspections = inspections;
    this.lengthMs = times.length === 0 ? 0 : Math.max(...times) - Math.min(...times);
  }

  /** Runs the models. Throws ConfigError, LinesideError. */
  static async inspect(options: RecordCamera): Promise<CameraRecording> {
    const { importedDir, signal, mostMs, video } = options;
    const loaded = checked(options, options.text);
    const recording = { camera: options.camera, path: video };
    const isLive = video === 'live';
    if (!isLive) await checkRecording(recording, loaded);
    const models = await findModels(loaded.config, { baseDir: loaded.baseDir, importedDir });
    refuseMissing([recording], loaded, models);
    const camera = cameraOf(loaded, options.camera);
    const inspections = await inspectRecording({
      ...{ camera, models, signal, mode: isLive ? 'live' : 'recording' },
      path: isLive ? loaded.secrets.url(camera.url) : video,
      ...(mostMs === undefined ? {} : { mostMs }),
    });
    const recorded = new CameraRecording(options, models, inspections);
    if (recorded.lengthMs > 0) return recorded;
    const [what, advice] = isLive ? ['the camera', 'camera test'] : [video, 'detect'];
    const message = `no frame of ${what} was inspected`;
    throw new LinesideError({ code: 'recording_empty', message, advice: `try it with lineside ${advice}` });
  }

  /** What each rule makes of it at each threshold. */
  study(): readonly RuleStudy[] {
    const { config } = checked(this.#options, this.#options.text);
    return studyThresholds(config, this.#cameraIn(config), this.#models, this.#inspections);
  }

  /** How large the objects that were detected are in the models' inputs. */
  sizes(): readonly ObjectSize[] {
    const { config } = checked(this.#options, this.#options.text);
    return objectSizes(this.#cameraIn(config), this.#models, this.#inspections);
  }

  /** Events by rule with a configuration. Throws ConfigError. */
  eventsOf(text: string): ReadonlyMap<string, number> {
    const { config } = checked(this.#options, text);
    return countEvents(config, this.#cameraIn(config), this.#models, this.#inspections);
  }

  #cameraIn(config: LoadedConfig['config']): CameraConfig {
    return cameraOf({ config }, this.#options.camera);
  }
}

function checked({ sources, configPath }: RecordCamera, text: string): LoadedConfig {
  return checkConfig(text, { ...sources, path: configPath });
}

function cameraOf({ config }: Pick<LoadedConfig, 'config'>, id: string): CameraConfig {
  const camera = config.cameras.find((one) => one.id === id);
  if (camera === undefined) throw new TypeError(`the configuration has no camera ${id}`);
  return camera;
}
