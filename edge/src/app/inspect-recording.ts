import { aborted, createLogger, systemClock } from '@lineside/kit';
import type { CameraConfig } from '../config/index.ts';
import type { Inspection } from '../domain/index.ts';
import type { VisionListener } from '../pipeline/index.ts';
import { VisionProcess } from '../vision/index.ts';
import { assignmentsOf } from './model-assignments.ts';
import type { LineModel } from './models.ts';
import { RecordingEnds } from './recording-ends.ts';

export interface InspectRecording {
  readonly camera: CameraConfig;
  readonly models: readonly LineModel[];
  /** Absolute path of the video. */
  readonly path: string;
  /** A live source is read at its own pace, and needs `mostMs`. Default: a recording. */
  readonly mode?: 'live' | 'recording';
  /** Milliseconds of it; all of it when left out. */
  readonly mostMs?: number;
  readonly signal: AbortSignal;
}

/** Keeps every result. */
class Inspections implements Partial<VisionListener> {
  readonly all: Inspection[] = [];
  readonly enough: Promise<void>;
  readonly #mostMs: number;
  #firstMs: number | undefined;
  readonly #resolve: () => void;

  constructor(mostMs: number) {
    const { promise, resolve } = Promise.withResolvers<undefined>();
    this.#mostMs = mostMs;
    this.enough = promise;
    this.#resolve = () => resolve(undefined);
  }

  inspection(inspection: Inspection): void {
    this.#firstMs ??= inspection.frame.atMs;
    if (inspection.frame.atMs - this.#firstMs <= this.#mostMs) this.all.push(inspection);
    else this.#resolve();
  }
}

/** What the models of a camera report of each frame of a recording, without judging it. */
export async function inspectRecording(options: InspectRecording): Promise<readonly Inspection[]> {
  const { camera, models, path, mode = 'recording', mostMs = Number.POSITIVE_INFINITY } = options;
  const stop = new AbortController();
  const inspections = new Inspections(mostMs);
  const ends = new RecordingEnds([camera.id]);
  const vision = new VisionProcess({
    plan: {
      models: models.flatMap((model) => (model.state === 'found' ? [model.spec] : [])),
      cameras: [
        {
          ...{ id: camera.id, url: path, transport: camera.transport, fps: camera.fps, mode },
          models: assignmentsOf(camera, models),
        },
      ],
    },
    listeners: [inspections, ends],
    clock: systemClock,
    logger: createLogger('warn', 'setup'),
    random: Math.random,
  });
  const running = vision.run(AbortSignal.any([options.signal, stop.signal]));
  await Promise.race([ends.all, inspections.enough, aborted(options.signal), running]);
  stop.abort();
  await running;
  options.signal.throwIfAborted();
  return inspections.all;
}
