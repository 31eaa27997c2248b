import { describe, expect, it } from 'vitest';
import { tinyManifest } from '../../../tests/support/tiny-onnx.ts';
import type { ModelSpec } from '../inference/index.ts';
import { ModelQuarantine } from './model-quarantine.ts';
import type { CameraPlan, VisionPlan } from './plan.ts';

const MINUTE = 60_000;
const spec = (id: string, content = id): ModelSpec => {
  const manifest = tinyManifest(Buffer.from(content), { size: 32, labels: ['thing'] });
  return { id, path: `/${id}.onnx`, sha256: manifest.sha256, manifest };
};
const camera = (id: string, models: CameraPlan['models'], mode: CameraPlan['mode'] = 'live'): CameraPlan => ({
  ...{ id, models, mode, url: 'lavfi:color', transport: 'tcp', fps: 2 },
});
const [good, bad] = [spec('good'), spec('bad')];
const plan: VisionPlan = {
  models: [good, bad],
  cameras: [camera('a', ['good', { model: 'bad', fps: 1 }]), camera('b', ['bad']), camera('c', ['good'])],
};

function hung(times: number, everyMs: number, from = 0): ModelQuarantine {
  const quarantine = new ModelQuarantine();
  for (let n = 0; n < times; n++) quarantine.hung(bad, 'no answer', from + n * everyMs);
  return quarantine;
}

describe('a model that hangs', () => {
  it('stays in the plan for two hangs, and for hangs that lie far apart', () => {
    expect(hung(2, MINUTE).apply(plan, MINUTE)).toBe(plan);
    expect(hung(9, 31 * MINUTE).apply(plan, 8 * 31 * MINUTE)).toBe(plan);
  });

  it('is left out after three, its frames count as failed, and the others go on', () => {
    const without = hung(3, MINUTE).apply(plan, 2 * MINUTE);
    expect(without.models).toEqual([good]);
    expect(without.cameras.map(({ models, absent }) => [models, absent])).toEqual([
      [['good'], [{ model: 'bad', fps: 1 }]],
      [[], [{ model: 'bad', fps: undefined }]],
      [['good'], undefined],
    ]);
  });

  it('is reported with how often it hung, why, and when it is tried again', () => {
    const [report] = hung(3, MINUTE).reports(plan, 2 * MINUTE);
    expect(report).toMatchObject({ model: 'bad', state: 'failed', error: { code: 'model_hangs' } });
    expect(report?.reason).toBe('it hung 3 times (no answer) and is left out; it is tried again in 10 minutes');
  });

  it('is tried again after 10 minutes, and left out for twice as long by one more hang, up to two hours', () => {
    const quarantine = hung(3, 0);
    let nowMs = 0;
    for (const minutes of [10, 20, 40, 80, 120, 120]) {
      expect(quarantine.apply(plan, nowMs + minutes * MINUTE - 1).models).toEqual([good]);
      nowMs += minutes * MINUTE;
      expect(quarantine.apply(plan, nowMs)).toBe(plan);
      quarantine.hung(bad, 'no answer', nowMs);
    }
  });

  it('takes along a second stage that inspects its detections', () => {
    const staged = camera('d', [
      'bad',
      { model: 'good', secondStage: { source: 'bad', padding: 0, maxDetections: 4 } },
    ]);
    const without = hung(3, 0).apply({ ...plan, cameras: [staged] }, 0);
    expect(without.cameras[0]).toMatchObject({ models: [], absent: [{ model: 'bad' }, { model: 'good' }] });
  });

  it('is forgotten with its file: a new version starts without hangs', () => {
    const newer = { ...plan, models: [good, spec('bad', 'another')] };
    const quarantine = hung(3, 0);
    expect(quarantine.apply(newer, 0)).toBe(newer);
    quarantine.hung(newer.models[1]!, 'no answer', 0);
    expect(quarantine.apply(newer, 0)).toBe(newer);
  });

  it('stays in the plan of a recording, of which every frame is inspected', () => {
    const recording = { ...plan, cameras: [camera('film', ['bad'], 'recording')] };
    expect(hung(5, 0).apply(recording, 0)).toBe(recording);
  });
});
