import { join } from 'node:path';
import { loadLine, renderFile } from '@lineside/twin';
import { trackerFor } from '../../edge/src/app/lane-setup.ts';
import { probeFfmpeg } from '../../edge/src/camera/index.ts';
import type { Inspection } from '../../edge/src/domain/index.ts';
import { leastScoresOf, type ModelSpec } from '../../edge/src/inference/index.ts';
import { openPredictor, pictures } from '../../edge/src/predictor/index.ts';
import { ShadowComparison, type ShadowFigures, type Side } from '../../edge/src/shadow/index.ts';

const LINE = new URL('../../scripts/twin/line.yaml', import.meta.url).pathname;
/** What a camera of the twin films, and models are asked about it so many times a second. */
export const CAMERA = 'product';
export const FPS = 5;

/** What a model saw, frame by frame. */
export interface Sightings {
  readonly spec: ModelSpec;
  readonly inspections: readonly Inspection[];
}

/** Films the belt of the twin for so many seconds; gives the path. */
export async function filmBelt(folder: string, seconds: number, signal: AbortSignal): Promise<string> {
  const out = join(folder, 'belt.mp4');
  const options = { line: await loadLine(LINE), cameraId: CAMERA, seconds, out, truth: undefined, fast: true };
  await renderFile(options, signal, () => undefined);
  return out;
}

/** Runs a model on every frame of the film that a camera of this rate would inspect. */
export async function sightingsOf(spec: ModelSpec, film: string, signal: AbortSignal): Promise<Sightings> {
  const predictor = await openPredictor(spec, signal);
  const inspections: Inspection[] = [];
  try {
    const capabilities = await probeFfmpeg('ffmpeg', signal);
    const request = { path: film, input: spec.manifest.input, fps: FPS, draw: false, capabilities, signal };
    for await (const { frame } of pictures(request)) {
      const { width, height, index, timeS, pixels } = frame;
      const source = { width, height };
      const prediction = await predictor.predict(pixels, source);
      if (prediction.status !== 'ok') throw new Error(`frame ${index} has no result: ${prediction.reason}`);
      inspections.push({
        frame: { camera: CAMERA, index, atMs: Math.round(timeS * 1000), ...source },
        ...{ model: spec.id, result: prediction, times: { waitMs: 0, inferMs: 0, decodeMs: 0 } },
      });
    }
  } finally {
    await predictor.close();
  }
  return { spec, inspections };
}

/** Both models on the same frames, as in shadow on a line: the same comparison, and the tracker that the line gives each. */
export function compareSightings(current: Sightings, candidate: Sightings): ShadowFigures {
  const comparison = new ShadowComparison({ current: followerOf(current), candidate: followerOf(candidate) });
  current.inspections.forEach((inspection, n) => {
    const sides: readonly (readonly [Side, Inspection | undefined])[] = [
      ['current', inspection],
      ['candidate', candidate.inspections[n]],
    ];
    for (const [side, one] of sides) if (one !== undefined) comparison.take(side, one);
  });
  return comparison.figures;
}

function followerOf({ spec }: Sightings): ReturnType<typeof trackerFor> {
  return trackerFor({ state: 'found', id: spec.id, spec, threshold: leastScoresOf(spec) });
}
