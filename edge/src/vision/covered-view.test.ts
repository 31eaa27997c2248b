import { writeFile } from 'node:fs/promises';
import { expect, it } from 'vitest';
import { tempDir } from '../../../tests/support/temp-dir.ts';
import { brightBlobDetector, tinyManifest } from '../../../tests/support/tiny-onnx.ts';
import { testVideo } from '../../../tests/support/video.ts';
import { waitFor } from '../../../tests/support/wait-for.ts';
import { type Clock, silentLogger, systemClock } from '@lineside/kit';
import { VIEW } from '../camera/index.ts';
import type { CameraReference, CameraStatus } from '../domain/index.ts';
import type { PrivacyPlan } from '../privacy/index.ts';
import type { CameraPlan } from './plan.ts';
import { VisionWorker } from './vision-worker.ts';

const RIGHT_HALF = [
  [0.5, 0],
  [1, 0],
  [1, 1],
  [0.5, 1],
] as const;
const MASKED: PrivacyPlan = {
  ...{ masks: [RIGHT_HALF], blur: 'none', model: undefined, margin: 0, holdMs: 500 },
  ...{ headLabels: ['bright'], personLabels: [] },
};

it('the reference of a camera with privacy has the view of covered pictures, and is used only while the same is covered', async () => {
  await using dir = await tempDir();
  const bytes = brightBlobDetector({ size: 64, cell: 32 });
  await writeFile(dir.join('quick.onnx'), bytes);
  const manifest = tinyManifest(bytes, { size: 64, labels: ['bright'] });
  const models = [{ id: 'quick', path: dir.join('quick.onnx'), sha256: manifest.sha256, manifest }];
  const url = await testVideo({ picture: 'smptehdbars' });
  const camera = { url, transport: 'tcp', fps: 5, mode: 'live', loop: true, models: ['quick'] } as const;
  // The second one covers people, and no model says where they are.
  const blind: PrivacyPlan = { ...MASKED, masks: [], blur: 'heads' };
  const cameras: CameraPlan[] = [
    { ...camera, id: 'masked', privacy: MASKED },
    { ...camera, id: 'blind', privacy: blind },
    { ...camera, id: 'old', privacy: MASKED },
  ];
  // Two more seconds pass with each result of the first one.
  let passedOverMs = 0;
  const clock: Clock = { ...systemClock, monoMs: () => systemClock.monoMs() + passedOverMs };
  const newest = new Map<string, CameraStatus>();
  const clear: CameraReference = {
    ...{ v: 1, acceptedAtMs: 1, measuredMs: 20_000, view: Buffer.alloc(VIEW.width * VIEW.height).toString('base64') },
    ...{ similarity: 0.9, luma: 90, contrast: 40, sharpness: 7 },
  };
  const references = { old: clear };
  const worker = new VisionWorker({
    order: {
      type: 'plan',
      plan: { cameras, models },
      firstIndex: {},
      references,
      inferenceDeadlineMs: 20_000,
      patience: 1,
    },
    send: (message) => {
      if (message.type === 'camera') newest.set(message.status.camera, message.status);
      if (message.type === 'inspection' && message.inspection.frame.camera === 'masked') passedOverMs += 2_000;
    },
    clock,
    random: () => 0.5,
    logger: silentLogger,
  });
  const stop = new AbortController();
  const running = worker.run(stop.signal);
  const accepted = await waitFor('a view that is known', () => worker.answer({ about: 'accept', camera: 'masked' }), {
    withinMs: 30_000,
  });
  const reference = accepted.about === 'accept' ? accepted.reference : undefined;
  expect(reference?.covered).toEqual({ masks: [RIGHT_HALF], blur: 'none' });
  const levels = [...Buffer.from(reference?.view ?? '', 'base64').entries()];
  const of = (isMasked: boolean) =>
    new Set(levels.filter(([cell]) => cell % VIEW.width >= VIEW.width / 2 === isMasked).map(([, level]) => level));
  expect(of(true).size).toBe(1);
  expect(of(false).size).toBeGreaterThan(10);
  await waitFor('the comparison', () => newest.get('masked')?.picture?.similarity !== undefined, { withinMs: 30_000 });
  expect(newest.get('masked')?.picture?.problems).not.toContain('moved');
  await waitFor(
    'frames of all',
    () => [...newest.values()].filter(({ picture }) => picture !== undefined).length === 3,
  );
  expect(() => worker.answer({ about: 'accept', camera: 'blind' })).toThrow('clear picture');
  expect(newest.get('old')?.acceptedAtMs).toBeUndefined();
  stop.abort();
  await running;
  expect(await worker.close()).toBe(true);
});
