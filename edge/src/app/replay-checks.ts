import { stat } from 'node:fs/promises';
import { LinesideError } from '@lineside/kit';
import { type LoadedConfig, modelIdsOf } from '../config/index.ts';
import type { LineModel } from './models.ts';
import type { Recording } from './options.ts';

/** Throws LinesideError where a recording does not belong to a camera of the configuration, or is not there. */
export async function checkRecording(recording: Recording, loaded: LoadedConfig): Promise<void> {
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

/** Throws LinesideError where a model that the replay needs was refused: its result would not be that of the line. */
export function refuseMissing(
  recordings: readonly Recording[],
  loaded: LoadedConfig,
  models: readonly LineModel[],
): void {
  const needed = loaded.config.cameras
    .filter((camera) => recordings.some((recording) => recording.camera === camera.id))
    .flatMap(modelIdsOf);
  for (const model of models) {
    if (model.state === 'refused' && needed.includes(model.id)) {
      throw new LinesideError({ code: 'model_refused', message: model.message, advice: model.advice });
    }
  }
}
