import { expect, it } from 'vitest';
import { checkConfig, type Config } from '../config/index.ts';
import { targetView } from './target-weight.ts';

/** Rules that weigh, one for each of these options. */
function weighing(...all: readonly object[]): Config['rules'] {
  const rules = all.map((options, n) => ({
    ...{ id: `weight-${n + 1}`, type: 'weight', camera: 'scale', signal: 'scale-1', ...options },
  }));
  const cameras = [{ id: 'scale', url: 'rtsp://h/1', models: ['defect'] }];
  const text = JSON.stringify({ device: 'd', cameras, signals: [{ id: 'scale-1', type: 'number' }], rules });
  return checkConfig(text, { catalog: ['defect'], env: {}, path: '/c.yaml' }).config.rules;
}

it('names the rules that weigh where none of them judges by the plan', () => {
  expect(targetView({ weight: 500, under: 15 }, weighing({ nominal: 480 }))).toEqual({
    targetWeight: { weight: 500, under: 15 },
    // By the table of the directive: 3 %, and twice as much above.
    weighedBy: [{ rule: 'weight-1', nominal: 480, tolerance: 14.4, maxOver: 28.8 }],
  });
  const rules = weighing({ nominal: 480 }, { nominal: 500 });
  expect(targetView({ weight: 500, under: 15, over: undefined }, rules)).toEqual({
    targetWeight: { weight: 500, under: 15 },
  });
});

it.each([
  [{ weight: 500 }, true],
  [{ weight: 500.0000001 }, true],
  [{ weight: 500, under: 12, over: 20 }, true],
  [{ weight: 500.1 }, false],
  [{ weight: 500, under: 15 }, false],
  [{ weight: 500, over: 30 }, false],
])('%j of the plan is what a rule with 500 (-12, +20) judges by: %s', (target, agrees) => {
  const rules = weighing({ nominal: 500, tolerance: 12, maxOver: 20 });
  expect(targetView(target, rules).weighedBy === undefined).toBe(agrees);
});

it('says nothing where the plan does, and where nothing is weighed there is nobody to disagree', () => {
  expect(targetView(undefined, weighing({ nominal: 500 }))).toEqual({});
  expect(targetView({ weight: 500 }, [])).toEqual({ targetWeight: { weight: 500 } });
});
