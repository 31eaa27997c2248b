import { LinesideError } from '@lineside/kit';
import { type ConfigSources, checkConfig } from '../config/index.ts';
import { inspectRecording } from './inspect-recording.ts';
import { findModels } from './models.ts';
import { checkRecording, refuseMissing } from './replay-checks.ts';
import { type RuleStudy, studyThresholds } from './threshold-study.ts';

export interface StudyCamera {
  /** The configuration as it would be, and where it would lie. */
  readonly text: string;
  readonly configPath: string;
  readonly sources: ConfigSources;
  readonly camera: string;
  /** Absolute path of a video of ordinary work. */
  readonly video: string;
  readonly mostMs?: number;
  readonly importedDir: string;
  readonly signal: AbortSignal;
}

export interface CameraStudy {
  /** Length of what was judged, milliseconds of the recording. */
  readonly lengthMs: number;
  readonly rules: readonly RuleStudy[];
}

/** What each rule of a camera makes of a video, at each threshold. Throws ConfigError, LinesideError. */
export async function studyCamera(options: StudyCamera): Promise<CameraStudy> {
  const { text, configPath, sources, importedDir, signal, mostMs } = options;
  const loaded = checkConfig(text, { ...sources, path: configPath });
  const recording = { camera: options.camera, path: options.video };
  await checkRecording(recording, loaded);
  const models = await findModels(loaded.config, { baseDir: loaded.baseDir, importedDir });
  refuseMissing([recording], loaded, models);
  const camera = loaded.config.cameras.find(({ id }) => id === options.camera);
  if (camera === undefined) throw new TypeError(`the configuration has no camera ${options.camera}`);
  const inspections = await inspectRecording({
    ...{ camera, models, path: options.video, signal },
    ...(mostMs === undefined ? {} : { mostMs }),
  });
  const lengthMs = Math.max(0, ...inspections.map(({ frame }) => frame.atMs));
  if (lengthMs === 0) {
    const message = `no frame of ${options.video} was inspected`;
    throw new LinesideError({ code: 'recording_empty', message, advice: 'try it with lineside detect' });
  }
  return { lengthMs, rules: studyThresholds(loaded.config, camera, models, inspections) };
}
