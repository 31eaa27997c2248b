import { readFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { GoldenExpectation, type ModelHandle } from '@lineside/models';
import { probeFfmpeg } from '../../camera/index.ts';
import { agrees } from '../../model-import/index.ts';
import { type Predictor, stillImages } from '../../predictor/index.ts';
import { type CheckFinding, found } from '../finding.ts';

/** The fastest of so many counts: this machine may inspect a line meanwhile. */
const TIMED_RUNS = 4;
const GREY = 114;
/** Enough to find a model that computes something else; the update of a model runs all of them. */
const MOST_IMAGES = 4;

/** Golden images of a bundle whose prediction is not the one that was written down where the model was made. */
export async function goldenFindings(
  { manifest, onnxPath }: ModelHandle,
  predictor: Predictor,
  subject: string,
  signal: AbortSignal,
): Promise<readonly CheckFinding[]> {
  if (manifest === undefined || manifest.golden.length === 0) return [];
  const dir = dirname(onnxPath);
  const golden = manifest.golden.slice(0, MOST_IMAGES);
  const capabilities = await probeFfmpeg('ffmpeg', signal);
  const findings: CheckFinding[] = [];
  const paths = golden.map(({ image }) => join(dir, image));
  let at = 0;
  for await (const picture of stillImages(paths, { input: manifest.input, capabilities, signal })) {
    const { image = '', expect = '' } = golden[at++] ?? {};
    const wrong = (why: string): void => void findings.push(found('model_self_test', `${image}: ${why}`, { subject }));
    if (picture instanceof Error) {
      wrong(picture.message);
      continue;
    }
    const answer = await predictor.predict(picture.pixels, picture.size);
    const expected = GoldenExpectation.parse(JSON.parse(await readFile(join(dir, expect), 'utf8')));
    if (answer.status === 'no_result') wrong(answer.reason);
    else if (!agrees(expected, answer, manifest.thresholds.score)) wrong('other detections than expected');
  }
  return findings;
}

/** Time of one inference, seconds. */
export async function secondsPerImage(predictor: Predictor): Promise<number> {
  const { width, height } = predictor.spec.manifest.input;
  const grey = new Uint8Array(width * height * 3).fill(GREY);
  let least = Number.POSITIVE_INFINITY;
  for (let run = 0; run < TIMED_RUNS; run += 1) {
    const beganMs = performance.now();
    await predictor.predict(grey, { width, height });
    least = Math.min(least, performance.now() - beganMs);
  }
  return least / 1000;
}
