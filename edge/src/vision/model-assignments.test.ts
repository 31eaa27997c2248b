import { writeFile } from 'node:fs/promises';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type TempDir, tempDir } from '../../../tests/support/temp-dir.ts';
import {
  brightBlobDetector,
  brightnessClassifier,
  constantDetector,
  tinyManifest,
} from '../../../tests/support/tiny-onnx.ts';
import { waitFor } from '../../../tests/support/wait-for.ts';
import type { Detection, InferenceResult } from '../domain/index.ts';
import type { ModelSpec } from '../inference/index.ts';
import { silentLogger, systemClock } from '@lineside/kit';
import { VisionWorker } from './vision-worker.ts';
import type { FromVision } from './messages.ts';
import type { CameraPlan, ModelAssignment } from './plan.ts';

let dir: TempDir;
beforeEach(async () => {
  dir = await tempDir();
});
afterEach(() => dir[Symbol.asyncDispose]());

async function model(id: string, bytes: Uint8Array, size: number, path?: string): Promise<ModelSpec> {
  const file = path ?? dir.join(`${id}.onnx`);
  if (path === undefined) await writeFile(file, bytes);
  const manifest = tinyManifest(bytes, { size, labels: ['bright'], score: 0.5 });
  return { id, path: file, sha256: manifest.sha256, manifest };
}

/** Detects bright cells of 16 pixels in a frame of 64. */
const blobs = (id: string): Promise<ModelSpec> => model(id, brightBlobDetector({ size: 64, cell: 16 }), 64);

/** The same, up to four pictures at once. */
async function fourfold(id: string): Promise<ModelSpec> {
  const spec = await model(id, brightBlobDetector({ size: 64, cell: 16, batch: 'n' }), 64);
  return { ...spec, manifest: { ...spec.manifest, input: { ...spec.manifest.input, batch: 4 } } };
}

/** A dark frame with white squares of 16 pixels, whose corners lie on the cells of every tile used here. */
const squares = (
  width: number,
  height: number,
  places: readonly (readonly [number, number])[],
  seconds = 2,
): string => {
  const boxes = places.map(([x, y]) => `drawbox=x=${x}:y=${y}:w=16:h=16:color=white:t=fill`);
  return `lavfi:color=black:size=${width}x${height}:rate=10:duration=${seconds},format=gbrp,${boxes.join(',')}`;
};

const recording = (url: string, models: readonly (string | ModelAssignment)[], fps = 10): CameraPlan => ({
  id: 'cam',
  url,
  transport: 'tcp',
  fps,
  models,
  mode: 'recording',
});

/** Plays a recording to its end and returns all messages. */
async function play(camera: CameraPlan, models: readonly ModelSpec[]): Promise<FromVision[]> {
  const messages: FromVision[] = [];
  const engine = new VisionWorker({
    order: {
      type: 'plan',
      plan: { cameras: [camera], models },
      firstIndex: {},
      inferenceDeadlineMs: 20_000,
      patience: 1,
    },
    send: (message) => {
      messages.push(message);
      if (message.type !== 'inspection') return;
      const { index } = message.inspection.frame;
      setImmediate(() => engine.seen('cam', index));
    },
    clock: systemClock,
    random: () => 0.5,
    logger: silentLogger,
  });
  const stop = new AbortController();
  const running = engine.run(stop.signal);
  try {
    await waitFor('the end', () => messages.some(({ type }) => type === 'ended'), { withinMs: 25_000 });
    // A model that is still being loaded cannot be closed in good order.
    const settled = (id: string): boolean =>
      messages.some(
        (message) => message.type === 'model' && message.status.model === id && message.status.state !== 'loading',
      );
    await waitFor('every model', () => models.every(({ id }) => settled(id)), { withinMs: 25_000 });
  } finally {
    stop.abort();
    await running;
  }
  expect(await engine.close()).toBe(true);
  return messages;
}

const resultsOf = (messages: readonly FromVision[], id: string): InferenceResult[] =>
  messages.flatMap((message) =>
    message.type === 'inspection' && message.inspection.model === id ? [message.inspection.result] : [],
  );

function fatesOf(messages: readonly FromVision[], id: string): Record<string, number> {
  const outcomes: Record<string, number> = {};
  const add = (outcome: string, count: number): void => {
    outcomes[outcome] = (outcomes[outcome] ?? 0) + count;
  };
  for (const result of resultsOf(messages, id)) add(result.status === 'no_result' ? result.reason : result.status, 1);
  for (const message of messages) {
    if (message.type !== 'heartbeat') continue;
    for (const lane of message.skipped) if (lane.model === id) add(lane.reason, lane.count);
  }
  const last = messages.findLast((message) => message.type === 'heartbeat');
  const offered = last?.offered.find((lane) => lane.model === id)?.offered ?? 0;
  expect(Object.values(outcomes).reduce((a, b) => a + b, 0)).toBe(offered);
  return outcomes;
}

const detectionsOf = (result: InferenceResult | undefined): readonly Detection[] =>
  result === undefined || result.status === 'no_result' ? [] : result.detections;
const boxesOf = (result: InferenceResult | undefined): number[][] =>
  detectionsOf(result)
    .map(({ box }) => box.map((side) => Math.round(side * 100) / 100))
    .toSorted(byPlace);
const byPlace = (a: readonly number[], b: readonly number[]): number =>
  (a[1] ?? 0) - (b[1] ?? 0) || (a[0] ?? 0) - (b[0] ?? 0);

describe('models with a rate of their own', () => {
  it('inspect at their configured rate, and every frame has one outcome for each', async () => {
    const url = squares(64, 64, [[16, 16]], 3);
    const looks = [{ model: 'often' }, { model: 'seldom', fps: 2 }];
    const messages = await play(recording(url, looks), [await blobs('often'), await blobs('seldom')]);
    expect(fatesOf(messages, 'often')).toEqual({ ok: 30 });
    expect(fatesOf(messages, 'seldom')).toEqual({ ok: 6, not_due: 24 });
    const seldom = messages.flatMap((message) =>
      message.type === 'inspection' && message.inspection.model === 'seldom' ? [message.inspection.frame.atMs] : [],
    );
    expect(seldom).toEqual([0, 500, 1000, 1500, 2000, 2500]);
  });
});

describe('a camera whose unchanged frames are not inspected', () => {
  const MOTION = { change: 6, floorMs: 1_000, zones: [] };

  it('inspects a static scene at the floor rate, with the same result, and counts the other frames apart', async () => {
    const url = squares(64, 64, [[16, 16]], 4);
    const messages = await play({ ...recording(url, ['blobs']), motion: MOTION }, [await blobs('blobs')]);
    // All of the first second, as something new, and then one frame a second.
    expect(fatesOf(messages, 'blobs')).toEqual({ ok: 13, no_motion: 27 });
    expect(resultsOf(messages, 'blobs').every((result) => boxesOf(result).length === 1)).toBe(true);
  });

  it('inspects every frame in which something moves, for models and second stages alike', async () => {
    const moving =
      'lavfi:color=black:size=64x64:rate=10:duration=3,format=gbrp,geq=r=255*lt(mod(X-16*N\\,64)\\,16):g=r(X\\,Y):b=r(X\\,Y)';
    const secondStage = { source: 'first', padding: 0, maxDetections: 4 };
    const uses = ['first', { model: 'second', secondStage }];
    const models = [await blobs('first'), await blobs('second')];
    const messages = await play({ ...recording(moving, uses), motion: MOTION }, models);
    expect(fatesOf(messages, 'first')).toEqual({ ok: 30 });
    const still = await play({ ...recording(squares(64, 64, [[16, 16]], 3), uses), motion: MOTION }, models);
    expect(fatesOf(still, 'second')).toEqual(fatesOf(still, 'first'));
    expect(fatesOf(still, 'second')['no_motion']).toBe(18);
  });
});

describe('a model with a region', () => {
  it('receives only the region, and its boxes are in pixels of the frame', async () => {
    const url = squares(320, 240, [
      [16, 16],
      [160, 96],
      [192, 96],
    ]).replaceAll('w=16:h=16', 'w=32:h=32');
    // 128 x 128 pixels from 160, 96: twice the model's input.
    const region = [0.5, 0.4, 0.9, 224 / 240] as const;
    const messages = await play(recording(url, [{ model: 'a', region }]), [await blobs('a')]);
    expect(fatesOf(messages, 'a')).toEqual({ ok: 20 });
    expect(boxesOf(resultsOf(messages, 'a')[7])).toEqual([
      [160, 96, 192, 128],
      [192, 96, 224, 128],
    ]);
  });

  it('gives the boxes of the whole frame when the region is the whole frame', async () => {
    const url = squares(64, 64, [
      [0, 0],
      [48, 48],
    ]);
    const models = [await blobs('a'), await blobs('b')];
    const messages = await play(recording(url, [{ model: 'a', region: [0, 0, 1, 1] }, 'b']), models);
    expect(boxesOf(resultsOf(messages, 'a')[3])).toEqual([
      [0, 0, 16, 16],
      [48, 48, 64, 64],
    ]);
    expect(boxesOf(resultsOf(messages, 'b')[3])).toEqual(boxesOf(resultsOf(messages, 'a')[3]));
  });

  it('has exact boxes in its lower right corner', async () => {
    const url = squares(192, 160, [
      [176, 144],
      [128, 96],
      [0, 0],
    ]);
    const region = [128 / 192, 96 / 160, 1, 1] as const;
    const messages = await play(recording(url, [{ model: 'a', region }]), [await blobs('a')]);
    expect(boxesOf(resultsOf(messages, 'a')[5])).toEqual([
      [128, 96, 144, 112],
      [176, 144, 192, 160],
    ]);
  });
});

describe('tiles', () => {
  const PLACES = [
    [0, 0],
    [80, 48],
    [240, 0],
    [0, 144],
    [240, 144],
  ] as const;

  it('detect small objects of a large frame exactly once each, also in its lower right corner', async () => {
    const messages = await play(
      recording(squares(256, 160, PLACES), [{ model: 'tiled', tiles: { size: 64, overlap: 0.25 } }, 'whole']),
      [await blobs('tiled'), await blobs('whole')],
    );
    const results = resultsOf(messages, 'tiled');
    expect(fatesOf(messages, 'tiled')).toEqual({ ok: 20 });
    for (const result of results) {
      expect(boxesOf(result)).toEqual(PLACES.map(([x, y]) => [x, y, x + 16, y + 16]).toSorted(byPlace));
    }
    // The same model on the whole frame at once does not detect them.
    expect(boxesOf(resultsOf(messages, 'whole')[0])).toEqual([]);
  });

  it('give the same boxes with several tiles in a run', async () => {
    const use = { model: 'tiled', tiles: { size: 64, overlap: 0.25 } };
    const messages = await play(recording(squares(256, 160, PLACES), [use]), [await fourfold('tiled')]);
    expect(fatesOf(messages, 'tiled')).toEqual({ ok: 20 });
    for (const result of resultsOf(messages, 'tiled')) {
      expect(boxesOf(result)).toEqual(PLACES.map(([x, y]) => [x, y, x + 16, y + 16]).toSorted(byPlace));
    }
  });

  it('of a region, twice as large as the input, give boxes in pixels of the frame', async () => {
    const url = squares(320, 256, [
      [64, 0],
      [288, 224],
      [0, 0],
    ]).replaceAll('w=16:h=16', 'w=32:h=32');
    const use = { model: 'tiled', region: [0.2, 0, 1, 1], tiles: { size: 128, overlap: 0 } } as const;
    const messages = await play(recording(url, [use]), [await blobs('tiled')]);
    expect(boxesOf(resultsOf(messages, 'tiled')[4])).toEqual([
      [64, 0, 96, 32],
      [288, 224, 320, 256],
    ]);
  });

  it('larger than the frame cover all of it', async () => {
    const use = { model: 'tiled', tiles: { size: 64, overlap: 0.2 } };
    const messages = await play(recording(squares(48, 32, [[32, 16]]), [use]), [await blobs('tiled')]);
    expect(boxesOf(resultsOf(messages, 'tiled')[0])).toEqual([[32, 16, 48, 32]]);
  });
});

describe('a second stage', () => {
  const secondStage = { source: 'finder', padding: 0, maxDetections: 8 };
  const url = squares(256, 160, [
    [32, 48],
    [208, 128],
  ]);
  /** Detects two products in its 64 x 64 input: at 32, 32 and 176, 96 of the frame, 64 x 64 each. */
  const products = (): Promise<ModelSpec> =>
    model(
      'finder',
      constantDetector({
        size: 64,
        classes: 1,
        boxes: [
          { cx: 16, cy: 28, width: 16, height: 16, classIndex: 0, score: 0.9 },
          { cx: 52, cy: 44, width: 16, height: 16, classIndex: 0, score: 0.8 },
        ],
      }),
      64,
    );

  it('inspects each detection of the first at the full size of the frame, and its boxes are in pixels of the frame', async () => {
    const models = [await products(), await blobs('checker')];
    const messages = await play(recording(url, ['finder', { model: 'checker', secondStage }]), models);
    expect(boxesOf(resultsOf(messages, 'finder')[0])).toEqual([
      [32, 32, 96, 96],
      [176, 96, 240, 160],
    ]);
    expect(fatesOf(messages, 'checker')).toEqual({ ok: 20 });
    for (const result of resultsOf(messages, 'checker')) {
      expect(boxesOf(result)).toEqual([
        [32, 48, 48, 64],
        [208, 128, 224, 144],
      ]);
    }
  });

  it('inspects all detections of a frame in one run where the graph takes several inputs', async () => {
    const models = [await products(), await fourfold('checker')];
    const messages = await play(recording(url, ['finder', { model: 'checker', secondStage }]), models);
    expect(fatesOf(messages, 'checker')).toEqual({ ok: 20 });
    for (const result of resultsOf(messages, 'checker')) {
      expect(boxesOf(result)).toEqual([
        [32, 48, 48, 64],
        [208, 128, 224, 144],
      ]);
    }
  });

  it('is degraded when it leaves detections out', async () => {
    const models = [await products(), await blobs('checker')];
    const use = { model: 'checker', secondStage: { ...secondStage, maxDetections: 1 } };
    const [result] = resultsOf(await play(recording(url, ['finder', use]), models), 'checker');
    expect(result).toMatchObject({ status: 'degraded', reason: 'not_all_looked_at' });
  });

  it('inspects a frame without detections: there was nothing to check', async () => {
    const models = [await products(), await blobs('checker')];
    const use = { model: 'checker', secondStage: { ...secondStage, labels: ['something else'] } };
    const messages = await play(recording(url, ['finder', use]), models);
    expect(fatesOf(messages, 'checker')).toEqual({ ok: 20 });
  });

  it('is not due, or fails, whenever its source model is not due or has no result', async () => {
    const models = [await products(), await blobs('checker')];
    const slow = await play(
      recording(url, [
        { model: 'finder', fps: 5 },
        { model: 'checker', secondStage },
      ]),
      models,
    );
    expect(fatesOf(slow, 'checker')).toEqual({ ok: 10, not_due: 10 });
    const broken = [await model('finder', new Uint8Array(1), 64, '/nowhere.onnx'), await blobs('checker')];
    const failed = await play(recording(url, ['finder', { model: 'checker', secondStage }]), broken);
    expect(fatesOf(failed, 'checker')).toEqual({ earlier_stage: 20 });
    const alone = await play(recording(url, [{ model: 'checker', secondStage }]), [await blobs('checker')]);
    expect(fatesOf(alone, 'checker')).toEqual({ earlier_stage: 20 });
  });
});

describe('a second stage that refines', () => {
  const secondStage = { source: 'finder', padding: 0, maxDetections: 8, refines: true };
  const uses = ['finder', { model: 'checker', secondStage }];
  // The first of the two places is white, the second black.
  const url =
    'lavfi:color=black:size=256x160:rate=10:duration=2,format=gbrp,drawbox=x=32:y=32:w=64:h=64:c=white:t=fill';
  const labels = ['dark', 'bright'];

  /** Calls both places dark. */
  async function finder(path?: string): Promise<ModelSpec> {
    const boxes = [
      { cx: 16, cy: 28, width: 16, height: 16, classIndex: 0, score: 0.9 },
      { cx: 52, cy: 44, width: 16, height: 16, classIndex: 0, score: 0.8 },
    ];
    const spec = await model('finder', constantDetector({ size: 64, classes: 2, boxes }), 64, path);
    return { ...spec, manifest: { ...spec.manifest, labels } };
  }

  async function checker(path?: string): Promise<ModelSpec> {
    const spec = await model('checker', brightnessClassifier(64), 64, path);
    const output = { name: 'output0', family: 'classify' } as const;
    return { ...spec, manifest: { ...spec.manifest, labels, output } };
  }

  it('corrects the labels of the first before they are reported, each frame once', async () => {
    const messages = await play(recording(url, uses), [await finder(), await checker()]);
    expect(fatesOf(messages, 'finder')).toEqual({ ok: 20 });
    expect(fatesOf(messages, 'checker')).toEqual({ ok: 20 });
    for (const result of resultsOf(messages, 'finder')) {
      expect(detectionsOf(result)).toMatchObject([
        { label: 'bright', classId: 1, score: expect.closeTo(0.9, 3), box: [32, 32, 96, 96] },
        { label: 'dark', classId: 0, score: expect.closeTo(0.8, 3), box: [176, 96, 240, 160] },
      ]);
    }
  });

  it('leaves the labels as they are where it has no result, and no frame is lost', async () => {
    const messages = await play(recording(url, uses), [await finder(), await checker('/nowhere.onnx')]);
    expect(fatesOf(messages, 'finder')).toEqual({ ok: 20 });
    expect(fatesOf(messages, 'checker')).toEqual({ model_unavailable: 20 });
    for (const result of resultsOf(messages, 'finder')) {
      expect(detectionsOf(result).map(({ label }) => label)).toEqual(['dark', 'dark']);
    }
  });

  it('fails with the first where that one fails', async () => {
    const messages = await play(recording(url, uses), [await finder('/nowhere.onnx'), await checker()]);
    expect(fatesOf(messages, 'finder')).toEqual({ model_unavailable: 20 });
    expect(fatesOf(messages, 'checker')).toEqual({ earlier_stage: 20 });
  });
});
