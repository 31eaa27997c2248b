import { describe, expect, it } from 'vitest';
import { capacityOf } from './capacity.ts';

const CPU_MODEL = { model: 'ppe', provider: 'cpu', latencyMs: 40, cpuMs: 40 };
const cameras = (count: number, decodeCores = 0.1) =>
  Array.from({ length: count }, (_, n) => ({ camera: `c${n}`, decodeCores }));
const demands = (count: number, perSecond: number, model = 'ppe') =>
  Array.from({ length: count }, (_, n) => ({ camera: `c${n}`, model, perSecond }));

describe('whether cameras and models fit on a device', () => {
  it('adds decoding and inference, and leaves a quarter of the CPUs free', () => {
    const { fits, uses, tightest } = capacityOf({
      ...{ cores: 4, cameras: cameras(2), models: [CPU_MODEL], demands: demands(2, 5) },
    });
    expect(uses[0]?.used).toBeCloseTo(0.2 + 2 * 5 * 0.04);
    expect(uses[0]?.usable).toBe(3);
    expect([fits, tightest]).toEqual([true, 'model ppe']);
  });

  it('does not fit where one model has no time, although CPUs are free', () => {
    const capacity = capacityOf({ cores: 16, cameras: cameras(6), models: [CPU_MODEL], demands: demands(6, 5) });
    expect(capacity).toMatchObject({ fits: false, tightest: 'model ppe', camerasThatFit: 4 });
    expect(capacity.rateFactor).toBeCloseTo(0.8 / 1.2);
  });

  it('does not fit where decoding alone is too much, whatever the rate', () => {
    const capacity = capacityOf({ cores: 2, cameras: cameras(4, 0.5), models: [CPU_MODEL], demands: demands(4, 1) });
    expect(capacity).toMatchObject({ fits: false, tightest: 'cpu', camerasThatFit: 2, rateFactor: 0 });
  });

  it('lets models on one accelerator share its time', () => {
    const onGpu = { provider: 'tensorrt', latencyMs: 10, cpuMs: 1 };
    const models = [
      { ...onGpu, model: 'a' },
      { ...onGpu, model: 'b' },
    ];
    const facts = { cores: 8, cameras: cameras(10), models };
    const both = capacityOf({ ...facts, demands: [...demands(10, 5, 'a'), ...demands(10, 5, 'b')] });
    expect(both).toMatchObject({ fits: false, tightest: 'tensorrt' });
    expect(capacityOf({ ...facts, demands: demands(10, 5, 'a') }).fits).toBe(true);
  });

  it('fits with nothing to do', () => {
    expect(capacityOf({ cores: 2, cameras: [], models: [], demands: [] })).toMatchObject({
      fits: true,
      tightest: 'cpu',
    });
  });
});
