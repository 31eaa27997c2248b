import { readFile } from 'node:fs/promises';
import { totalmem } from 'node:os';
import { join } from 'node:path';
import { CATALOG_DIR, GoldenExpectation, type ModelInput, resolveModel } from '@lineside/models';
import { probeFfmpeg } from '../camera/index.ts';
import { type Config, modelIdsOf } from '../config/index.ts';
import { agrees } from '../model-import/index.ts';
import { openPredictor, type Predictor, specOf, stillImages } from '../predictor/index.ts';
import { UpdateError } from '../updates/index.ts';

/** Part of a camera's period that one inference may take. */
const BUSY = 0.9;
/** The fastest of so many counts: this machine inspects a line meanwhile. */
const TIMED_RUNS = 8;
const GREY = 114;

/**
 * Loads a bundle in a process of its own, which may hang or crash, runs it on its golden images and compares; and measures its
 * speed against the fastest camera that will use it. Throws UpdateError, or what loading throws.
 */
export async function proveBundle(
  dir: string,
  config: Config,
  signal: AbortSignal,
  memory: () => MachineMemory = machineMemory,
): Promise<Readonly<Record<string, string | number>>> {
  const handle = await resolveModel(dir, { catalogDir: CATALOG_DIR, baseDir: dir });
  const { manifest } = handle;
  if (manifest === undefined) throw new UpdateError('update_bundle_invalid', 'the bundle has no manifest');
  const spec = await specOf(handle, {}, signal);
  const predictor = await openPredictor(spec, signal, 'process');
  try {
    const { provider } = predictor.facts;
    const paths = manifest.golden.map(({ image }) => join(dir, image));
    const capabilities = paths.length === 0 ? undefined : await probeFfmpeg('ffmpeg', signal);
    let at = 0;
    if (capabilities !== undefined) {
      for await (const picture of stillImages(paths, { input: manifest.input, capabilities, signal })) {
        const golden = manifest.golden[at++];
        if (golden === undefined) break;
        if (picture instanceof Error) throw wrong(golden.image, picture.message);
        const answer = await predictor.predict(picture.pixels, picture.size);
        if (answer.status === 'no_result') throw wrong(golden.image, answer.reason);
        const expected = GoldenExpectation.parse(JSON.parse(await readFile(join(dir, golden.expect), 'utf8')));
        if (!agrees(expected, answer, manifest.thresholds.score)) throw wrong(golden.image, 'the detections differ');
      }
    }
    const inferenceMs = await fastest(predictor, manifest.input);
    const ids = config.models.flatMap(({ id, ref }) => (ref === manifest.id ? [id] : []));
    const rates = config.cameras
      .filter((camera) => modelIdsOf(camera).some((id) => ids.includes(id)))
      .map(({ fps }) => fps);
    const budgetMs = (1000 * BUSY) / Math.max(...rates, 0.001);
    if (inferenceMs > budgetMs) {
      const message = `one image takes ${inferenceMs.toFixed(0)} ms, and the cameras leave ${budgetMs.toFixed(0)} ms`;
      throw new UpdateError('update_too_slow', message);
    }
    const peakBytes = await predictor.peakBytes();
    assertFree(memory(), peakBytes);
    const memoryMb = peakBytes === undefined ? {} : { memoryMb: Math.round(peakBytes / 2 ** 20) };
    return { provider, golden: paths.length, inferenceMs: Math.round(inferenceMs * 10) / 10, ...memoryMb };
  } finally {
    await predictor.close();
  }
}

/** Memory of this machine, or of the control group that this process is limited to, bytes. */
export interface MachineMemory {
  readonly availableBytes: number;
  readonly totalBytes: number;
}

/** What must stay free while the new model is loaded beside the line, as a fraction of all memory and at least. */
const SPARE_FRACTION = 0.04;
const SPARE_BYTES = 96 * 2 ** 20;

function machineMemory(): MachineMemory {
  const limit = process.constrainedMemory();
  const totalBytes = limit > 0 && limit < totalmem() ? limit : totalmem();
  return { availableBytes: process.availableMemory(), totalBytes };
}

/** The process of the model still has its memory now: what is free is what would be left while it runs beside the current one. */
function assertFree({ availableBytes, totalBytes }: MachineMemory, peakBytes: number | undefined): void {
  const spareBytes = Math.max(SPARE_BYTES, totalBytes * SPARE_FRACTION);
  if (availableBytes >= spareBytes) return;
  const takes = peakBytes === undefined ? '' : `it takes ${mb(peakBytes)} MB, `;
  const message = `${takes}${mb(availableBytes)} MB are free beside it, and ${mb(spareBytes)} MB must stay free`;
  throw new UpdateError('update_no_memory', message);
}

function mb(bytes: number): number {
  return Math.round(bytes / 2 ** 20);
}

async function fastest(predictor: Predictor, { width, height }: ModelInput): Promise<number> {
  const grey = new Uint8Array(width * height * 3).fill(GREY);
  let least = Number.POSITIVE_INFINITY;
  for (let run = 0; run < TIMED_RUNS; run += 1) {
    const beganMs = performance.now();
    await predictor.predict(grey, { width, height });
    least = Math.min(least, performance.now() - beganMs);
  }
  return least;
}

function wrong(image: string, why: string): UpdateError {
  return new UpdateError('update_golden_failed', `golden image ${image}: ${why}`);
}
