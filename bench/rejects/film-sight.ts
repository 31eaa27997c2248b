import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Line, renderFile } from '@lineside/twin';
import { findModels, inspectRecording, trackerFor } from '../../edge/src/app/index.ts';
import { loadConfig } from '../../edge/src/config/index.ts';
import type { InferenceResult } from '../../edge/src/domain/index.ts';
import { NO_FRAME, type Sight } from './sight.ts';

export interface Filmed {
  readonly line: Line;
  readonly minutes: number;
  /** A model of the catalog that knows `product` and `defect`. */
  readonly model: string;
  readonly signal: AbortSignal;
}

/** Pictures of the line as a video, through FFmpeg and a model in the vision process, as fast as the machine can. */
export async function filmSight({ line, minutes, model, signal }: Filmed): Promise<Sight> {
  const folder = await mkdtemp(join(tmpdir(), 'lineside-rejects-'));
  try {
    const video = join(folder, 'product.mp4');
    const options = { line, cameraId: 'product', seconds: minutes * 60, out: video, truth: undefined, fast: true };
    await renderFile(options, signal, () => undefined);
    const path = join(folder, 'lineside.yaml');
    const camera = { id: 'product', url: video, fps: line.fps, models: [model] };
    await writeFile(path, JSON.stringify({ device: 'bench', cameras: [camera] }));
    const { config, baseDir } = await loadConfig(path, { catalog: [model], env: {} });
    const models = await findModels(config, { baseDir });
    const [only] = config.cameras;
    if (only === undefined) throw new TypeError('the configuration has a camera');
    const inspections = await inspectRecording({ camera: only, models, path: video, signal });
    const firstMs = inspections[0]?.frame.atMs ?? 0;
    const results = new Map<number, InferenceResult>();
    for (const { frame, result } of inspections) {
      results.set(Math.round(((frame.atMs - firstMs) * line.fps) / 1000), result);
    }
    return {
      ...{ ...line.size, fps: line.fps, tracker: trackerFor(models[0]) },
      resultOf: (frame) => results.get(frame) ?? NO_FRAME,
    };
  } finally {
    await rm(folder, { recursive: true });
  }
}
