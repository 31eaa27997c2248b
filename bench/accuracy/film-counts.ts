import { findModels } from '../../edge/src/app/index.ts';
import { probeFfmpeg } from '../../edge/src/camera/index.ts';
import type { LoadedConfig } from '../../edge/src/config/index.ts';
import type { Track } from '../../edge/src/domain/index.ts';
import { leastScoresOf } from '../../edge/src/inference/index.ts';
import { openPredictor, pictures } from '../../edge/src/predictor/index.ts';
import { ByteTracker, TRACKER_DEFAULTS } from '../../edge/src/tracking/index.ts';

/** A shorter track is no object that a person would count. */
const LEAST_MS = 1_000;

/**
 * How many different objects of one label a film shows: tracks that live for at least a second, with the model of the
 * configuration's only camera and its threshold.
 */
export async function countTracks(
  video: string,
  { label, fps }: { readonly label: string; readonly fps: number },
  loaded: LoadedConfig,
  signal: AbortSignal,
): Promise<number> {
  const [model] = await findModels(loaded.config, { baseDir: loaded.baseDir });
  if (model?.state !== 'found') throw new Error(`the model cannot be used: ${model?.message ?? 'there is none'}`);
  const { spec, threshold } = model;
  const tracker = new ByteTracker({ ...TRACKER_DEFAULTS, highScore: threshold, lowScore: leastScoresOf(spec) });
  const latest = new Map<number, Track>();
  const predictor = await openPredictor(spec, signal);
  try {
    const capabilities = await probeFfmpeg('ffmpeg', signal);
    const frames = pictures({ path: video, input: spec.manifest.input, fps, draw: false, capabilities, signal });
    for await (const { frame } of frames) {
      const prediction = await predictor.predict(frame.pixels, frame);
      if (prediction.status === 'no_result') continue;
      const at = {
        camera: 'film',
        index: frame.index,
        atMs: frame.timeS * 1000,
        width: frame.width,
        height: frame.height,
      };
      const result = prediction.status === 'ok' ? prediction : { ...prediction, status: 'ok' as const };
      const times = { waitMs: 0, inferMs: 0, decodeMs: 0 };
      for (const track of tracker.update({ frame: at, model: spec.id, result, times })) latest.set(track.id, track);
    }
  } finally {
    await predictor.close();
  }
  const lives = ({ label: own, confirmed, firstSeenMs, lastSeenMs }: Track): boolean =>
    own === label && confirmed && lastSeenMs - firstSeenMs >= LEAST_MS;
  return [...latest.values()].filter(lives).length;
}
