import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import sharp from 'sharp';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import {
  countFate,
  type FrameFate,
  type Inspection,
  type InspectionCounters,
  NO_INSPECTIONS,
} from '../../edge/src/domain/index.ts';
import { silentLogger, systemClock } from '@lineside/kit';
import type { Picture } from '../../edge/src/pipeline/index.ts';
import { type CameraPlan, type VisionPlan, VisionProcess } from '../../edge/src/vision/index.ts';
import { descendantsOf, FROM_SOURCE, isAlive, NODE, startProcess, waitUntilGone } from '../support/processes.ts';
import { type TempDir, tempDir } from '../support/temp-dir.ts';
import { brightBlobDetector, tinyManifest } from '../support/tiny-onnx.ts';
import { testVideo } from '../support/video.ts';
import { waitFor } from '../support/wait-for.ts';

/** Luma rises by 7 from frame to frame: every frame differs from its neighbours. */
const RISING = "lavfi:nullsrc=size=128x128:rate=10,geq=lum='16+7*mod(N,30)':cb=128:cr=128";
const ends: (() => Promise<unknown>)[] = [];
let dir: TempDir;

beforeEach(async () => {
  dir = await tempDir();
});

afterEach(async () => {
  for (const end of ends.splice(0).reverse()) await end();
  await dir[Symbol.asyncDispose]();
});

/** A model with one box, the full frame, whose score is the frame's brightness. */
async function brightness(size = 64, cell = size): Promise<VisionPlan['models'][number]> {
  const bytes = brightBlobDetector({ size, cell, from: 0, to: 255 });
  const path = dir.join(`brightness-${size}-${cell}.onnx`);
  await writeFile(path, bytes);
  const manifest = tinyManifest(bytes, { size, labels: ['bright'], score: 0.001 });
  return { id: 'brightness', path, sha256: manifest.sha256, manifest };
}

const camera = (id: string, url: string, change: Partial<CameraPlan> = {}): CameraPlan => ({
  id,
  url,
  transport: 'tcp',
  fps: 10,
  models: ['brightness'],
  mode: 'live',
  ...change,
});
const LIVE = 'lavfi:testsrc2=size=128x128:rate=25';

interface Running {
  readonly vision: VisionProcess;
  readonly inspections: Inspection[];
  readonly counters: Map<string, InspectionCounters>;
  /** By camera and model. */
  readonly byModel: Map<string, InspectionCounters>;
  readonly downs: string[];
  readonly ended: string[];
  readonly ups: () => number;
  readonly pid: () => number;
  readonly stop: () => Promise<void>;
}

function start(plan: VisionPlan, options: { look?: (inspection: Inspection) => void } = {}): Running {
  const counters = new Map<string, InspectionCounters>();
  const byModel = new Map<string, InspectionCounters>();
  const inspections: Inspection[] = [];
  const [downs, ended]: string[][] = [[], []];
  let ups = 0;
  const count = (id: string, model: string, fate: FrameFate, times: number): void => {
    const lane = `${id} ${model}`;
    byModel.set(lane, countFate(byModel.get(lane) ?? NO_INSPECTIONS, fate, times));
    counters.set(id, countFate(counters.get(id) ?? NO_INSPECTIONS, fate, times));
  };
  const vision = new VisionProcess({
    plan,
    listeners: [
      {
        inspection: (inspection) => {
          inspections.push(inspection);
          const { result } = inspection;
          count(
            inspection.frame.camera,
            inspection.model,
            result.status === 'no_result' ? { fate: 'failed', reason: result.reason } : { fate: 'inspected' },
            1,
          );
          options.look?.(inspection);
        },
        fate: (id, model, fate, times) => count(id, model, fate, times),
        down: (reason) => void downs!.push(reason),
        up: () => {
          ups += 1;
        },
        ended: (id) => void ended!.push(id),
      },
    ],
    clock: systemClock,
    logger: silentLogger,
    random: () => 0.5,
  });
  const end = new AbortController();
  const done = vision.run(end.signal);
  const stop = async (): Promise<void> => {
    end.abort();
    await done;
  };
  ends.push(stop);
  const pid = (): number => vision.pid ?? Number.NaN;
  return { vision, inspections, counters, byModel, downs: downs!, ended: ended!, ups: () => ups, pid, stop };
}

/** offered = inspected + skipped + failed for every camera. */
function expectBalanced({ counters, byModel }: Running): void {
  for (const { offered, inspected, skipped, failed } of [...counters.values(), ...byModel.values()]) {
    const others = [...Object.values(skipped), ...Object.values(failed)].reduce((a, b) => a + b, 0);
    expect(inspected + others).toBe(offered);
  }
}

describe('the vision process', () => {
  it('is back after SIGKILL, inspects again, and leaves no FFmpeg behind', async () => {
    const line = start({ cameras: [camera('a', LIVE), camera('b', LIVE)], models: [await brightness()] });
    await waitFor('inspections of both', () => new Set(line.inspections.map(({ frame }) => frame.camera)).size === 2);
    const old = [line.pid(), ...descendantsOf(line.pid())];
    expect(old.length).toBeGreaterThanOrEqual(3);
    const before = line.inspections.length;
    process.kill(line.pid(), 'SIGKILL');
    await waitFor('inspections again', () => line.inspections.length >= before + 10);
    for (const pid of old) await waitUntilGone(pid);
    expect(line.downs).toEqual(['killed by SIGKILL']);
    expect(line.ups()).toBe(2);
    const indexes = line.inspections.filter(({ frame }) => frame.camera === 'a').map(({ frame }) => frame.index);
    expect(new Set(indexes).size).toBe(indexes.length);
    await line.stop();
    expectBalanced(line);
    expect(line.pid()).toBeNaN();
  });

  it('is replaced when it is frozen', async () => {
    const line = start({ cameras: [camera('a', LIVE)], models: [await brightness()] });
    await waitFor('inspections', () => line.inspections.length > 5);
    const frozen = [line.pid(), ...descendantsOf(line.pid())];
    const before = line.inspections.length;
    process.kill(line.pid(), 'SIGSTOP');
    await waitFor('inspections again', () => line.inspections.length >= before + 10, { withinMs: 20_000 });
    for (const pid of frozen) await waitUntilGone(pid);
    expect(line.downs).toEqual(['the process is stopped']);
  });

  it('goes with the main process, and its FFmpeg with it', async () => {
    const plan = { cameras: [camera('a', LIVE)], models: [await brightness()] };
    const script = join(import.meta.dirname, '..', 'support', 'vision-parent.ts');
    await using parent = await startProcess(NODE, [...FROM_SOURCE, script, JSON.stringify(plan)]);
    await parent.waitForLine(/"inspected":5/);
    const all = descendantsOf(parent.pid);
    expect(all.length).toBeGreaterThanOrEqual(2);
    await parent.killHard();
    for (const pid of all) await waitUntilGone(pid);
  });

  it('runs without a model that cannot be loaded, and reports every frame as failed', async () => {
    const broken = { ...(await brightness()), id: 'broken', path: '/nowhere/model.onnx' };
    const models = [await brightness(), broken];
    const line = start({ cameras: [camera('a', LIVE, { models: ['brightness', 'broken'] })], models });
    const results = (model: string): string[] =>
      line.inspections
        .filter((one) => one.model === model)
        .map(({ result }) => (result.status === 'no_result' ? result.reason : result.status));
    await waitFor('results of both', () => results('brightness').length > 5 && results('broken').length > 5);
    expect(new Set(results('brightness'))).toEqual(new Set(['ok']));
    expect(new Set(results('broken'))).toEqual(new Set(['model_unavailable']));
    expect(line.downs).toEqual([]);
  });
});

describe('a plan that changes', () => {
  const inspectedOf = (running: Running, id: string): number => running.counters.get(id)?.inspected ?? 0;

  it('replaces one camera, adds one and drops one, and the process, the model and the others go on', async () => {
    const models = [await brightness()];
    const plan = { cameras: [camera('stays', LIVE), camera('changes', LIVE), camera('goes', LIVE)], models };
    const running = start(plan);
    const { vision, inspections } = running;
    await waitFor('all three inspect', () => ['stays', 'changes', 'goes'].every((id) => inspectedOf(running, id) > 2));
    const pid = running.pid();
    const ffmpegs = descendantsOf(pid);
    let atDrop = 0;
    const changed = camera('changes', RISING, { fps: 5 });
    await vision.change({ cameras: [plan.cameras[0]!, changed, camera('comes', LIVE)], models }, () => {
      atDrop = inspections.length;
    });
    await waitFor('the new ones inspect', () => {
      const since = inspections.slice(atDrop).map(({ frame }) => frame.camera);
      return ['stays', 'changes', 'comes'].every((id) => since.filter((one) => one === id).length > 2);
    });
    expect(running.pid()).toBe(pid);
    expect(running.ups()).toBe(1);
    // One FFmpeg of three is the same as before.
    expect(descendantsOf(pid).filter((one) => ffmpegs.includes(one))).toHaveLength(1);
    const indices = inspections.filter(({ frame }) => frame.camera === 'changes').map(({ frame }) => frame.index);
    expect(indices).toEqual([...new Set(indices)].sort((a, b) => a - b));
    expect(inspections.slice(atDrop).some(({ frame }) => frame.camera === 'goes')).toBe(false);
    await running.stop();
    expectBalanced(running);
  });

  it('replaces a model with its cameras, and no result of the old one comes after the change', async () => {
    const [old, other] = [await brightness(64), await brightness(64, 32)];
    const plan = {
      cameras: [camera('a', LIVE), camera('b', LIVE, { models: ['other'] })],
      models: [old, { ...other, id: 'other' }],
    };
    const running = start(plan);
    const { vision, inspections } = running;
    await waitFor('both inspect', () => inspectedOf(running, 'a') > 2 && inspectedOf(running, 'b') > 2);
    const boxes = (from: number): Set<number> =>
      new Set(
        inspections
          .slice(from)
          .filter(({ frame }) => frame.camera === 'a')
          .map(({ result }) => (result.status === 'no_result' ? -1 : result.detections.length)),
      );
    expect(boxes(0)).toEqual(new Set([1]));
    let atDrop = 0;
    await vision.change({ ...plan, models: [other, { ...other, id: 'other' }] }, () => {
      atDrop = inspections.length;
    });
    await waitFor(
      'the new model inspects',
      () => inspections.slice(atDrop).filter(({ frame }) => frame.camera === 'a').length > 2,
    );
    expect(boxes(atDrop).has(1)).toBe(false);
    expect(running.ups()).toBe(1);
    await running.stop();
    expectBalanced(running);
  });

  it('is complete after the process was killed in the middle of the change', async () => {
    const models = [await brightness()];
    const plan = { cameras: [camera('a', LIVE), camera('b', LIVE)], models };
    const running = start(plan);
    await waitFor('both inspect', () => inspectedOf(running, 'a') > 2 && inspectedOf(running, 'b') > 2);
    let drops = 0;
    const changing = running.vision.change({ cameras: [camera('b', RISING)], models }, () => (drops += 1));
    process.kill(running.pid(), 'SIGKILL');
    await changing;
    expect(drops).toBe(1);
    const before = running.inspections.length;
    await waitFor('b inspects again', () => running.inspections.slice(before).length > 3, { withinMs: 20_000 });
    expect(new Set(running.inspections.slice(before).map(({ frame }) => frame.camera))).toEqual(new Set(['b']));
    await running.stop();
    expectBalanced(running);
  });
});

describe('pictures', () => {
  /** Brightness of a JPEG, 0 to 1. */
  const lightOf = async ({ jpeg }: Picture): Promise<number> => {
    const { channels } = await sharp(jpeg).stats();
    return channels.reduce((sum, { mean }) => sum + mean / 255 / channels.length, 0);
  };
  const scoreOf = ({ result }: Inspection): number =>
    result.status === 'no_result' ? Number.NaN : (result.detections[0]?.score ?? 0);

  it.each(['live', 'recording'] as const)('of a frame are of that very frame, %s', async (mode) => {
    const url = mode === 'live' ? RISING : RISING.replace('rate=10', 'rate=10:duration=3');
    const pairs: Promise<{ asked: number; got: number; saw: number; shown: number }>[] = [];
    const line: Running = start(
      { cameras: [camera('a', url, { mode })], models: [await brightness()] },
      {
        look: (inspection) => {
          if (pairs.length >= 25) return;
          const asked = inspection.frame.index;
          const picture = line.vision.picture(
            { camera: 'a', index: asked, overlays: [] },
            AbortSignal.timeout(600_000),
          );
          pairs.push(
            picture.then(async (got) => ({
              asked,
              got: got.index,
              saw: scoreOf(inspection),
              shown: await lightOf(got),
            })),
          );
        },
      },
    );
    await waitFor('pictures', () => pairs.length >= 25);
    for (const { asked, got, saw, shown } of await Promise.all(pairs)) {
      expect(got).toBe(asked);
      // Half a step between neighbouring frames is 0.016.
      expect(Math.abs(saw - shown)).toBeLessThan(0.012);
    }
  });

  it('cannot be had of a camera without any, nor while the process is down', async () => {
    const line = start({ cameras: [camera('dead', '/nowhere.mp4')], models: [await brightness()] });
    const ask = (): Promise<Picture> =>
      line.vision.picture({ camera: 'dead', overlays: [] }, AbortSignal.timeout(9_000));
    await expect(ask()).rejects.toMatchObject({ code: 'vision_down' });
    await waitFor('the process', () => line.ups() > 0);
    await expect(ask()).rejects.toMatchObject({ code: 'no_picture' });
  });
});

describe('a recording', () => {
  it('has every frame inspected exactly once, and then ends', async () => {
    const line = start({
      cameras: [camera('r', await testVideo(), { mode: 'recording' })],
      models: [await brightness()],
    });
    await waitFor('the end', () => line.ended.length > 0);
    expect(line.inspections.map(({ frame }) => [frame.index, frame.atMs])).toEqual(
      Array.from({ length: 30 }, (_, n) => [n, n * 100]),
    );
    expect(line.counters.get('r')).toEqual({ offered: 30, inspected: 30, skipped: {}, failed: {} });
    await line.stop();
    expect(line.ended).toEqual(['r']);
  });

  it('gives every frame one fate although the process is killed twice on the way', async () => {
    const url = await testVideo({ fps: 25, seconds: 8 });
    const kills = new Set([40, 120]);
    const line: Running = start(
      { cameras: [camera('r', url, { mode: 'recording', fps: 25 })], models: [await brightness()] },
      {
        look: ({ frame }) => {
          if (kills.delete(frame.index)) process.kill(line.pid(), 'SIGKILL');
        },
      },
    );
    await waitFor('the end', () => line.ended.length > 0, { withinMs: 25_000 });
    expect(line.downs).toHaveLength(2);
    expect(line.counters.get('r')?.offered).toBe(200);
    expectBalanced(line);
    const indexes = line.inspections.map(({ frame }) => frame.index);
    expect(new Set(indexes).size).toBe(indexes.length);
    expect(indexes.at(-1)).toBe(199);
  });

  it('gives every frame one outcome for each model, also at a lower rate and as a second stage, although it is killed', async () => {
    const url = await testVideo({ fps: 25, seconds: 6 });
    const [first] = [await brightness()];
    const kills = new Set([30, 75]);
    const secondStage = { source: 'brightness', padding: 0, maxDetections: 4 };
    const line: Running = start(
      {
        cameras: [
          camera('r', url, {
            mode: 'recording',
            fps: 25,
            models: ['brightness', { model: 'seldom', fps: 5 }, { model: 'second', secondStage }],
          }),
        ],
        models: [first, { ...first, id: 'seldom' }, { ...first, id: 'second' }],
      },
      {
        look: ({ frame, model }) => {
          if (model === 'brightness' && kills.delete(frame.index)) process.kill(line.pid(), 'SIGKILL');
        },
      },
    );
    await waitFor('the end', () => line.ended.length > 0, { withinMs: 25_000 });
    expect(line.downs).toHaveLength(2);
    expectBalanced(line);
    for (const model of ['brightness', 'seldom', 'second']) {
      expect([model, line.byModel.get(`r ${model}`)?.offered]).toEqual([model, 150]);
    }
    const { inspected = 0, skipped = {} } = line.byModel.get('r seldom') ?? {};
    expect(inspected).toBeGreaterThanOrEqual(28);
    expect(inspected).toBeLessThanOrEqual(34);
    expect(skipped.not_due).toBeGreaterThan(100);
    expect(line.byModel.get('r second')?.inspected).toBeGreaterThan(120);
  });

  it('ends at once when it cannot be played', async () => {
    const line = start({ cameras: [camera('r', '/nowhere.mp4', { mode: 'recording' })], models: [await brightness()] });
    await waitFor('the end', () => line.ended.length > 0);
    expect(line.inspections).toEqual([]);
    expect(isAlive(line.pid())).toBe(true);
  });
});

describe('a camera that keeps its video', () => {
  it('gives a clip around an instant to the main process, and one without video says so', async () => {
    const url = await testVideo({ seconds: 4, fps: 10, keyEvery: 5 });
    const cameras = [camera('kept', url, { ringBytes: 2_000_000, loop: true }), camera('plain', url, { loop: true })];
    const { vision, inspections } = start({ cameras, models: [await brightness()] });
    const of = (id: string): Inspection[] => inspections.filter(({ frame }) => frame.camera === id);
    await waitFor('frames', () => of('kept').length >= 15 && of('plain').length >= 5, { withinMs: 60_000 });
    const { atMs } = of('kept').at(-1)!.frame;
    const span = { atMs, fromMs: atMs - 800, toMs: atMs + 300 };
    const signal = AbortSignal.timeout(600_000);
    const clip = await vision.clip({ camera: 'kept', ...span }, signal);
    expect(Buffer.from(clip.mp4).toString('latin1', 4, 8)).toBe('ftyp');
    expect(clip).toMatchObject({ width: 320, height: 180 });
    expect(clip.fromMs).toBeLessThan(atMs);
    expect(clip.toMs).toBeGreaterThanOrEqual(span.toMs);
    await expect(vision.clip({ camera: 'plain', ...span }, signal)).rejects.toMatchObject({ code: 'no_clip' });
  });
});
