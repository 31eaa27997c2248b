import { spawnSync } from 'node:child_process';
import { writeFile } from 'node:fs/promises';
import sharp from 'sharp';
import { describe, expect, it } from 'vitest';
import { codeModules, printedCode } from '../../../tests/support/printed-codes.ts';
import { tempDir } from '../../../tests/support/temp-dir.ts';
import { brightBlobDetector, tinyManifest } from '../../../tests/support/tiny-onnx.ts';
import { testVideo } from '../../../tests/support/video.ts';
import { waitFor } from '../../../tests/support/wait-for.ts';
import { silentLogger, systemClock } from '@lineside/kit';
import { VisionWorker } from './vision-worker.ts';
import type { FromVision } from './messages.ts';
import { type CameraPlan, assignmentOf, type VisionPlan } from './plan.ts';

/** Runs a worker in this process until `enough`, stops it, and returns all of its messages. */
async function messagesOf(
  plan: VisionPlan,
  enough: (messages: readonly FromVision[]) => boolean,
  heard: (message: FromVision, engine: VisionWorker) => void = () => undefined,
): Promise<FromVision[]> {
  const messages: FromVision[] = [];
  const engine = new VisionWorker({
    order: { type: 'plan', plan, firstIndex: {}, inferenceDeadlineMs: 20_000, patience: 1 },
    // As the main process would: a result of a recording is dealt with at once.
    send: (message) => {
      messages.push(message);
      heard(message, engine);
      if (message.type !== 'inspection') return;
      const { camera, index } = message.inspection.frame;
      setImmediate(() => engine.seen(camera, index));
    },
    clock: systemClock,
    random: () => 0.5,
    logger: silentLogger,
  });
  const stop = new AbortController();
  const running = engine.run(stop.signal);
  const heart = setInterval(() => engine.beat(), 100);
  try {
    await waitFor('enough', () => enough(messages), { withinMs: 25_000 });
  } finally {
    stop.abort();
    await running;
    clearInterval(heart);
  }
  expect(await engine.close()).toBe(true);
  return messages;
}

/** Inspections, skipped frames by reason, and frames offered, of one camera and model. */
function account(messages: readonly FromVision[], camera: string, model: string) {
  const skipped: Record<string, number> = {};
  const results: Record<string, number> = {};
  let offered = 0;
  for (const message of messages) {
    if (
      message.type === 'inspection' &&
      message.inspection.frame.camera === camera &&
      message.inspection.model === model
    ) {
      const { result } = message.inspection;
      const key = result.status === 'no_result' ? result.reason : result.status;
      results[key] = (results[key] ?? 0) + 1;
    }
    if (message.type !== 'heartbeat') continue;
    for (const lane of message.skipped) {
      if (lane.camera === camera && lane.model === model)
        skipped[lane.reason] = (skipped[lane.reason] ?? 0) + lane.count;
    }
    offered = message.offered.find((lane) => lane.camera === camera && lane.model === model)?.offered ?? offered;
  }
  const sum = (counts: Record<string, number>): number => Object.values(counts).reduce((a, b) => a + b, 0);
  return { offered, skipped, results, explained: sum(results) + sum(skipped) };
}

const of = (messages: readonly FromVision[], camera: string): number =>
  messages.filter((message) => message.type === 'inspection' && message.inspection.frame.camera === camera).length;

describe('cameras and models together', () => {
  it('account for every frame: ready, too slow, broken, two models of one camera, and a recording beside them', async () => {
    await using dir = await tempDir();
    const model = async (id: string, size: number, path?: string) => {
      const bytes = brightBlobDetector({ size, cell: 32 });
      const file = path ?? dir.join(`${id}.onnx`);
      if (path === undefined) await writeFile(file, bytes);
      const manifest = tinyManifest(bytes, { size, labels: ['bright'] });
      return { id, path: file, sha256: manifest.sha256, manifest };
    };
    const models = [
      await model('quick', 64),
      await model('twin', 64),
      await model('slow', 2048),
      await model('none', 64, '/nowhere.onnx'),
    ];
    const live: Omit<CameraPlan, 'id' | 'models'> = {
      url: 'lavfi:testsrc2=size=64x64:rate=30',
      transport: 'tcp',
      fps: 30,
      mode: 'live',
    };
    const cameras: CameraPlan[] = [
      { ...live, id: 'a', models: ['quick', 'twin', 'none'], absent: [{ model: 'gone' }, { model: 'seldom', fps: 3 }] },
      { ...live, id: 'b', url: 'lavfi:testsrc2=size=64x64:rate=60', fps: 60, models: ['slow', 'quick'] },
      { ...live, id: 'r', url: await testVideo(), mode: 'recording', models: ['quick', 'none'] },
    ];
    const messages = await messagesOf({ cameras, models }, (all) => {
      const late = account(all, 'b', 'slow').skipped['newer_frame'] ?? 0;
      return of(all, 'a') > 60 && of(all, 'b') > 20 && late > 0 && all.some(({ type }) => type === 'ended');
    });
    for (const { id, models: assigned } of cameras) {
      for (const entry of assigned) {
        const name = assignmentOf(entry).model;
        const { offered, explained } = account(messages, id, name);
        expect([id, name, explained]).toEqual([id, name, offered]);
        expect(offered).toBeGreaterThan(0);
      }
    }
    expect(account(messages, 'r', 'quick')).toMatchObject({ offered: 30, results: { ok: 30 }, skipped: {} });
    expect(account(messages, 'r', 'none')).toMatchObject({ offered: 30, results: { model_unavailable: 30 } });
    expect(account(messages, 'a', 'none').results).not.toHaveProperty('ok');
    const [quick, gone, seldom] = ['quick', 'gone', 'seldom'].map((name) => account(messages, 'a', name));
    expect(gone).toMatchObject({ offered: quick?.offered, explained: quick?.offered, skipped: {} });
    expect(gone?.results).toEqual({ model_unavailable: quick?.offered });
    // Only those that were due for it, of 30 a second.
    expect(seldom?.offered).toBeGreaterThan(0);
    expect(seldom?.offered).toBeLessThan((quick?.offered ?? 0) / 5);
    const states = messages.flatMap((message) =>
      message.type === 'model' ? [`${message.status.model} ${message.status.state}`] : [],
    );
    expect(states).toEqual(expect.arrayContaining(['quick ready', 'slow ready', 'none failed']));
  });
});

describe('regions of a product', () => {
  const reads = { models: ['quick'] };

  it.each(['live', 'recording'] as const)('are read out of a %s at the size of the source', async (mode) => {
    await using dir = await tempDir();
    const bytes = brightBlobDetector({ size: 64, cell: 32 });
    await writeFile(dir.join('quick.onnx'), bytes);
    const manifest = tinyManifest(bytes, { size: 64, labels: ['bright'] });
    const models = [{ id: 'quick', path: dir.join('quick.onnx'), sha256: manifest.sha256, manifest }];
    // The model sees 64 of the 640 pixels, in which nobody can read the code.
    const code = printedCode(await codeModules('4006381333931', 'EAN13'), { pixelsPerModule: 2 });
    const png = dir.join('pack.png');
    await sharp(code.pixels, { raw: { width: code.width, height: code.height, channels: 1 } })
      .extend({ top: 100, bottom: 540 - code.height, left: 160, right: 480 - code.width, background: '#fff' })
      .toFile(png);
    const film = dir.join('film.mkv');
    const args = ['-v', 'error', '-loop', '1', '-i', png, '-t', '1', '-r', '10', '-c:v', 'ffv1', film];
    expect(spawnSync('ffmpeg', args).status).toBe(0);
    const url = film;
    const camera: CameraPlan = { id: 'belt', url, transport: 'tcp', fps: 10, mode, models: ['quick'], reads };
    // All ten frames of the recording: what is read while the worker is stopped fails.
    const least = mode === 'recording' ? 10 : 3;
    const asked: number[] = [];
    const answersAt: number[] = [];
    const messages = await messagesOf(
      { cameras: [{ ...camera, ...(mode === 'live' ? { loop: true } : {}) }], models },
      (all) => all.filter((one) => one.type === 'reading' && one.answer.status === 'read').length >= least,
      (message, engine) => {
        if (message.type === 'reading' && message.answer.id < 1000) answersAt.push(message.answer.frame.index);
        if (message.type === 'reading' && mode === 'recording') engine.seen('belt', message.answer.frame.index);
        if (message.type !== 'inspection') return;
        const { frame } = message.inspection;
        // Of a recording, the frame before has its answer before the next one comes.
        if (mode === 'recording') expect(answersAt).toEqual(asked);
        asked.push(frame.index);
        const box = [160, 100, 160 + code.width, 100 + code.height] as const;
        const regions = [
          { name: 'ean', box, codes: ['EAN13'], text: false },
          { name: 'empty', box: [0, 400, 200, 600] as const, codes: ['EAN13'], text: false },
        ];
        void engine.read({ id: frame.index, rule: 'r', frame, regions });
        void engine.read({ id: 1000 + frame.index, rule: 'r', frame: { ...frame, index: 99_999 }, regions });
      },
    );
    const answers = messages.flatMap((message) => (message.type === 'reading' ? [message.answer] : []));
    const late = answers.filter(({ id }) => id >= 1000);
    expect(late[0]).toMatchObject({ status: 'not_read', reason: 'too_late' });
    const read = answers.filter(({ id, status }) => id < 1000 && status === 'read');
    expect(read[0]).toMatchObject({
      regions: [
        { name: 'ean', printed: true, codes: [{ symbology: 'EAN13', text: '4006381333931' }] },
        { name: 'empty', printed: false, codes: [] },
      ],
    });
    const [ean] = read[0]?.status === 'read' ? read[0].regions : [];
    const [x = 0, y = 0] = ean?.codes[0]?.mark.at ?? [];
    expect(Math.hypot(x - 0.5, y - 0.5)).toBeLessThan(0.1);
    if (mode === 'recording')
      expect(answers.filter(({ id }) => id < 1000).every(({ status }) => status === 'read')).toBe(true);
  });
});
