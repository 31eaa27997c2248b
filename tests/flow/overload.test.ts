import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { silentLogger, systemClock } from '@lineside/kit';
import { type CameraPlan, type VisionPlan, VisionProcess } from '../../edge/src/vision/index.ts';
import { BusyProcesses } from '../support/busy-processes.ts';
import { endlessModel } from '../support/endless-model.ts';
import { descendantsOf } from '../support/processes.ts';
import { type TempDir, tempDir } from '../support/temp-dir.ts';
import { constantDetector, tinyManifest } from '../support/tiny-onnx.ts';
import { waitFor } from '../support/wait-for.ts';

const SIZE = 64;
/** As much as an overloaded device has, on any machine that the tests run on. */
const BUSY = 16;
const FOUND_WITHIN_MS = 8_000;

const ends: (() => Promise<unknown>)[] = [];
let dir: TempDir;

beforeEach(async () => {
  dir = await tempDir();
});

afterEach(async () => {
  for (const end of ends.splice(0).reverse()) await end();
  await dir[Symbol.asyncDispose]();
});

/** A camera that shows an even grey of this luma, up to `brightAfterS`; then it is white. */
const camera = (id: string, brightAfterS = 1e6): CameraPlan => ({
  id,
  url: `lavfi:color=c=gray:size=128x128:rate=10,drawbox=c=white:t=fill:enable='gte(t,${brightAfterS})'`,
  transport: 'tcp',
  fps: 2,
  models: ['model'],
  mode: 'live',
});

async function model(): Promise<VisionPlan['models'][number]> {
  const bytes = endlessModel(SIZE, 200);
  const path = dir.join('model.onnx');
  await writeFile(path, bytes);
  const manifest = tinyManifest(bytes, { size: SIZE, labels: ['thing'] });
  return { id: 'model', path, sha256: manifest.sha256, manifest };
}

interface Line {
  readonly vision: VisionProcess;
  readonly downs: { readonly reason: string; readonly atMs: number }[];
  /** When a camera failed. */
  readonly failures: number[];
  inspected: number;
  /** Why models are left out. */
  readonly leftOut: string[];
}

function start(plan: VisionPlan): Line {
  const line: Omit<Line, 'vision'> = { downs: [], failures: [], inspected: 0, leftOut: [] };
  const vision = new VisionProcess({
    plan,
    listeners: [
      {
        inspection: ({ result }) => void (line.inspected += result.status === 'ok' ? 1 : 0),
        camera: ({ state }) => {
          if (state === 'failed') line.failures.push(performance.now());
        },
        model: ({ error }) => {
          if (error?.code === 'model_hangs') line.leftOut.push(error.message);
        },
        down: (reason) => void line.downs.push({ reason, atMs: performance.now() }),
      },
    ],
    clock: systemClock,
    logger: silentLogger,
    random: () => 0.5,
  });
  const end = new AbortController();
  const done = vision.run(end.signal);
  ends.push(() => {
    end.abort();
    return done;
  });
  return Object.assign(line, { vision });
}

const inspects = (line: Line, more: number): Promise<boolean> => {
  const before = line.inspected;
  return waitFor('frames to be inspected', () => line.inspected >= before + more, { withinMs: 120_000 });
};

/** The next replacement, with how long after now it came. */
async function replaced(line: Line, act: () => void): Promise<{ readonly reason: string; readonly afterMs: number }> {
  const [count, fromMs] = [line.downs.length, performance.now()];
  act();
  const { reason, atMs } = await waitFor('the process to be replaced', () => line.downs[count], { withinMs: 60_000 });
  return { reason, afterMs: atMs - fromMs };
}

describe('beside 16 busy processes', () => {
  it('a stopped FFmpeg, a stopped vision process and a blocked loop are replaced within 8 s, busy ones are not', async () => {
    process.env['NODE_OPTIONS'] = `--require=${join(import.meta.dirname, '../support/block-on-signal.cjs')}`;
    ends.push(() => {
      delete process.env['NODE_OPTIONS'];
      return Promise.resolve();
    });
    await using load = new BusyProcesses(BUSY);
    const line = start({ cameras: ['a', 'b'].map((id) => camera(id)), models: [await model()] });
    await inspects(line, 10);
    expect([line.downs, line.failures]).toEqual([[], []]);
    const [ffmpeg = 0] = descendantsOf(line.vision.pid ?? 0);
    const stoppedMs = performance.now();
    process.kill(ffmpeg, 'SIGSTOP');
    const atMs = await waitFor('the stopped FFmpeg to be replaced', () => line.failures[0], { withinMs: 60_000 });
    expect(atMs - stoppedMs).toBeLessThan(FOUND_WITHIN_MS);
    const stopped = await replaced(line, () => process.kill(line.vision.pid ?? 0, 'SIGSTOP'));
    expect(stopped.reason).toBe('the process is stopped');
    expect(stopped.afterMs).toBeLessThan(FOUND_WITHIN_MS);
    await inspects(line, 3);
    const blocked = await replaced(line, () => process.kill(line.vision.pid ?? 0, 'SIGUSR2'));
    expect(blocked.reason).toBe('no heartbeat: its loop computes without end');
    expect(blocked.afterMs).toBeLessThan(FOUND_WITHIN_MS);
    await inspects(line, 3);
    expect(line.downs).toHaveLength(2);
    expect(load).toBeDefined();
  });

  it('an inference that does not end is found within 8 s', async () => {
    await using load = new BusyProcesses(BUSY);
    const line = start({ cameras: [camera('a', 3)], models: [await model()] });
    await inspects(line, 1);
    const fromMs = await quietSince(line);
    const { reason, atMs } = await waitFor('the process to be replaced', () => line.downs[0], { withinMs: 60_000 });
    expect(reason).toMatch(/^model model: no answer after \d+ ms of CPU time/);
    expect(atMs - fromMs).toBeLessThan(FOUND_WITHIN_MS);
    expect(load).toBeDefined();
  });
});

describe('a model that hangs again and again', () => {
  it('is left out after three hangs, and the other model of its camera goes on', async () => {
    const bad = await model();
    const bytes = constantDetector({ size: SIZE, classes: 1, boxes: [] });
    const path = dir.join('good.onnx');
    await writeFile(path, bytes);
    const manifest = tinyManifest(bytes, { size: SIZE, labels: ['thing'] });
    const good = { id: 'good', path, sha256: manifest.sha256, manifest };
    const line = start({ cameras: [{ ...camera('a', 1), models: ['model', 'good'] }], models: [bad, good] });
    const left = await waitFor('the model to be left out', () => line.leftOut[0], { withinMs: 120_000 });
    expect(left).toMatch(
      /^it hung 3 times \(model model: no answer .*\) and is left out; it is tried again in 10 minutes$/,
    );
    expect(line.downs).toHaveLength(3);
    await inspects(line, 10);
    expect(line.downs).toHaveLength(3);
  });
});

/** When the last frame before the endless one was inspected. */
async function quietSince(line: Line): Promise<number> {
  let [count, sinceMs] = [line.inspected, performance.now()];
  await waitFor(
    'the process to be replaced',
    () => {
      if (line.inspected !== count) [count, sinceMs] = [line.inspected, performance.now()];
      return line.downs.length > 0;
    },
    { withinMs: 120_000 },
  );
  return sinceMs;
}
