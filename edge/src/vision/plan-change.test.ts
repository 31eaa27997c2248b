import { describe, expect, it } from 'vitest';
import { tinyManifest } from '../../../tests/support/tiny-onnx.ts';
import type { ModelSpec } from '../inference/index.ts';
import type { CameraPlan } from './plan.ts';
import { diffPlans } from './plan-change.ts';

const model = (id: string, sha256 = 'a'): ModelSpec => ({
  id,
  path: `/models/${id}.onnx`,
  sha256,
  manifest: tinyManifest(new Uint8Array(1), { size: 64, labels: ['blob'] }),
});
const camera = (id: string, models: string[], fps = 5): CameraPlan => ({
  id,
  url: `rtsp://h/${id}`,
  transport: 'tcp',
  fps,
  models: models.map((name) => ({ model: name })),
  mode: 'live',
});
const NOTHING = { dropCameras: [], dropModels: [], addModels: [], addCameras: [] };

describe('the change from one plan to another', () => {
  const plan = { cameras: [camera('a', ['ppe']), camera('b', ['defect'])], models: [model('ppe'), model('defect')] };

  it('is nothing when the plans are equal', () => {
    expect(diffPlans(plan, structuredClone(plan))).toEqual(NOTHING);
  });

  it('replaces only the camera that is different', () => {
    const b = camera('b', ['defect'], 2);
    expect(diffPlans(plan, { ...plan, cameras: [camera('a', ['ppe']), b] })).toEqual({
      ...NOTHING,
      dropCameras: ['b'],
      addCameras: [b],
    });
  });

  it('replaces a model with the cameras that use it', () => {
    const ppe = model('ppe', 'b');
    expect(diffPlans(plan, { ...plan, models: [ppe, model('defect')] })).toEqual({
      dropCameras: ['a'],
      dropModels: ['ppe'],
      addModels: [ppe],
      addCameras: [camera('a', ['ppe'])],
    });
  });

  it('adds a camera with a model of its own, and takes both away again', () => {
    const more = { cameras: [...plan.cameras, camera('c', ['x'])], models: [...plan.models, model('x')] };
    expect(diffPlans(plan, more)).toEqual({
      ...NOTHING,
      addModels: [model('x')],
      addCameras: [camera('c', ['x'])],
    });
    expect(diffPlans(more, plan)).toEqual({ ...NOTHING, dropCameras: ['c'], dropModels: ['x'] });
  });
});
