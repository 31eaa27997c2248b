import { writeFile } from 'node:fs/promises';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type TempDir, tempDir } from '../../../tests/support/temp-dir.ts';
import { brightBlobDetector, tinyManifest } from '../../../tests/support/tiny-onnx.ts';
import { waitFor } from '../../../tests/support/wait-for.ts';
import { BufferPool } from '../camera/index.ts';
import type { Inspection } from '../domain/index.ts';
import { silentLogger, systemClock } from '@lineside/kit';
import type { Outcome } from './inference-request.ts';
import { FrameCounters } from './frame-accounting/index.ts';
import type { FromVision } from './messages.ts';
import { ModelRunner } from './model-runner.ts';
import { type Crop, singleCrop, type CropPlan } from './crop-plan.ts';

const SIZE = 64;
const WHOLE = { left: 0, top: 0, size: { width: SIZE, height: SIZE } };

let dir: TempDir;
beforeEach(async () => {
  dir = await tempDir();
});
afterEach(() => dir[Symbol.asyncDispose]());

/** Four cells of 32 pixels; those that are named are white. */
function pixels(...cells: readonly number[]): Uint8Array<ArrayBuffer> {
  const bytes = new Uint8Array(SIZE * SIZE * 3);
  for (const cell of cells) {
    const [left, top] = [32 * (cell % 2), 32 * Math.floor(cell / 2)];
    for (let y = top; y < top + 32; y++) bytes.fill(255, (y * SIZE + left) * 3, (y * SIZE + left + 32) * 3);
  }
  return bytes;
}

/** A frame with several inputs, side by side; `undefined` is one that cannot be cropped. */
function cutsOf(inputs: readonly (Uint8Array<ArrayBuffer> | undefined)[]): CropPlan {
  const crops = inputs.map((input, n): Crop => {
    const take = async (): Promise<Uint8Array<ArrayBuffer>> => {
      if (input === undefined) throw new Error('no such part');
      return input;
    };
    return { ...WHOLE, left: n * SIZE, take };
  });
  return { crops, complete: true, merge: (detections) => detections.flat(), release: () => undefined };
}

class Bench {
  readonly counters = new FrameCounters();
  readonly pool = new BufferPool();
  readonly sent: FromVision[] = [];
  readonly outcomes: Outcome[] = [];
  readonly #runner: ModelRunner;
  readonly #stop = new AbortController();
  #running: Promise<void> = Promise.resolve();

  constructor(runner: (bench: Bench) => ModelRunner) {
    this.#runner = runner(this);
  }

  offer(camera: string, index: number, work: CropPlan): void {
    const frame = { camera, index, atMs: index * 100, width: SIZE, height: SIZE };
    const onOutcome = (outcome: Outcome): void => void this.outcomes.push(outcome);
    this.#runner.offer({ frame, arrivedMs: systemClock.monoMs(), work, mustInspect: true, onOutcome });
  }

  one(camera: string, index: number, ...cells: readonly number[]): void {
    this.offer(camera, index, singleCrop(pixels(...cells), WHOLE, this.pool));
  }

  /** Loads the model and waits until so many frames have an outcome. */
  async run(count: number): Promise<readonly Inspection[]> {
    this.#running = this.#runner.run(this.#stop.signal);
    await waitFor('every outcome', () => this.outcomes.length >= count, { withinMs: 25_000 });
    return this.sent.flatMap((message) => (message.type === 'inspection' ? [message.inspection] : []));
  }

  async end(): Promise<void> {
    this.#stop.abort();
    await this.#running;
    expect(await this.#runner.close()).toBe(true);
  }
}

async function benchOf(batch: number, axis: number | string, blindedBy255 = false): Promise<Bench> {
  const bytes = brightBlobDetector({ size: SIZE, batch: axis, blindedBy255 });
  const path = dir.join('model.onnx');
  await writeFile(path, bytes);
  const manifest = tinyManifest(bytes, { size: SIZE, labels: ['bright'], batch });
  return new Bench(({ counters, pool, sent }) => {
    const send = (message: FromVision): void => void sent.push(message);
    const tools = {
      clock: systemClock,
      logger: silentLogger,
      pool,
      counters,
      send,
      inferenceDeadlineMs: 20_000,
      patience: 1,
    };
    return new ModelRunner({ id: 'm', path, sha256: manifest.sha256, manifest }, tools);
  });
}

/** Left upper corners of what was found, or why there is no result. */
const brief = ({ frame, result }: Inspection): unknown[] => [
  frame.camera,
  result.status === 'no_result' ? result.reason : result.detections.map(({ box }) => [box[0], box[1]]),
];
/** How many frames each run held: those of one run have the same time, to the last digit. */
const runsOf = (inspections: readonly Inspection[]): number[] => {
  const runs = new Map<number, number>();
  for (const { times } of inspections) runs.set(times.inferMs, (runs.get(times.inferMs) ?? 0) + 1);
  return [...runs.values()];
};

describe('frames of several cameras in one run', () => {
  it.each([
    ['open', 'n' as const],
    ['fixed', 4],
  ])('get their own results with an %s batch', async (_, axis) => {
    const bench = await benchOf(4, axis);
    bench.one('a', 1, 0);
    bench.one('b', 1, 3);
    bench.one('c', 1);
    const inspections = await bench.run(3);
    expect(inspections.map(brief)).toEqual([
      ['a', [[0, 0]]],
      ['b', [[32, 32]]],
      ['c', []],
    ]);
    expect(runsOf(inspections)).toEqual([3]);
    await bench.end();
  });

  it('are never more than the run takes, and every camera gets its turn', async () => {
    const bench = await benchOf(2, 'n');
    for (const camera of ['a', 'b', 'c', 'd', 'e']) bench.one(camera, 1, 1);
    const inspections = await bench.run(5);
    expect(inspections.map(({ frame }) => frame.camera)).toEqual(['a', 'b', 'c', 'd', 'e']);
    expect(runsOf(inspections)).toEqual([2, 2, 1]);
    await bench.end();
  });

  it('fail alone when their outputs are impossible', async () => {
    const bench = await benchOf(4, 'n', true);
    bench.one('a', 1, 0);
    bench.one('b', 1, 0, 1, 2, 3);
    bench.one('c', 1, 2);
    const inspections = await bench.run(3);
    expect(inspections.map(brief)).toEqual([
      ['a', [[0, 0]]],
      ['b', 'bad_output'],
      ['c', [[0, 32]]],
    ]);
    expect(runsOf(inspections)).toEqual([3]);
    await bench.end();
  });

  it('are all accounted for: offered = reported + skipped', async () => {
    const bench = await benchOf(3, 'n');
    for (let index = 1; index <= 4; index++) for (const camera of ['a', 'b']) bench.one(camera, index, 0);
    bench.offer('c', 1, cutsOf([pixels(0), undefined]));
    bench.offer('d', 1, cutsOf([]));
    const inspections = await bench.run(10);
    const skipped = bench.outcomes.filter((outcome) => 'skipped' in outcome).length;
    expect([inspections.length, skipped, bench.outcomes.length]).toEqual([4, 6, 10]);
    const sum = (counts: readonly number[]): number => counts.reduce((a, b) => a + b, 0);
    expect(sum(bench.counters.offered().map(({ offered }) => offered))).toBe(10);
    expect(sum(bench.counters.takeSkipped().map(({ count }) => count))).toBe(6);
    expect(inspections.find(({ frame }) => frame.camera === 'c')?.result).toMatchObject({ reason: 'inference_error' });
    expect(inspections.find(({ frame }) => frame.camera === 'd')?.result).toMatchObject({ status: 'ok' });
    await bench.end();
    expect(bench.outcomes.length).toBe(10);
  });
});

describe('inputs of one frame', () => {
  it('fill the part of a run that other cameras leave free, and wait where they leave none', async () => {
    const bench = await benchOf(3, 'n');
    bench.offer('tiles', 1, cutsOf([pixels(0), pixels(), pixels(3), pixels(), pixels(1)]));
    bench.one('plain', 1, 2);
    const inspections = await bench.run(2);
    // The first run holds two tiles and the plain frame, the second the other three tiles.
    expect(inspections.map(brief)).toEqual([
      ['plain', [[0, 32]]],
      [
        'tiles',
        [
          [0, 0],
          [2 * SIZE + 32, 32],
          [4 * SIZE + 32, 0],
        ],
      ],
    ]);
    await bench.end();
  });

  it('fail their frame, and no other, when one cannot be cropped', async () => {
    const bench = await benchOf(4, 'n');
    bench.offer('a', 1, cutsOf([pixels(0), undefined, pixels(1), pixels(2), pixels(3)]));
    bench.one('b', 1, 1);
    const inspections = await bench.run(2);
    expect(inspections.map(brief)).toEqual([
      ['a', 'inference_error'],
      ['b', [[32, 0]]],
    ]);
    bench.one('a', 2, 2);
    await waitFor('the next frame', () => bench.outcomes.length === 3);
    await bench.end();
  });

  it('are dropped when one has impossible outputs, also those that wait', async () => {
    const bench = await benchOf(2, 'n', true);
    bench.offer('a', 1, cutsOf([pixels(0, 1, 2, 3), pixels(0), pixels(1), pixels(2)]));
    const inspections = await bench.run(1);
    expect(inspections.map(brief)).toEqual([['a', 'bad_output']]);
    await bench.end();
    expect(bench.outcomes).toHaveLength(1);
  });
});
