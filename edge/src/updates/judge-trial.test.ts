import { describe, expect, test } from 'vitest';
import { judgeTrial, type LaneWindow } from './judge-trial.ts';

/** A camera with as many detections in as many of its results. */
function lane(seen: number, shown = seen, changes: Partial<LaneWindow> = {}): LaneWindow {
  return {
    ...{ camera: 'belt', model: 'ppe', offered: 200, inspected: 200, failed: 0, p95Ms: 20, seen, shown },
    ...{ constant: false, ...changes },
  };
}

describe('a trial', () => {
  test('on a scene that has become quiet is not worse, and waits until something is shown', () => {
    expect(judgeTrial([lane(170)], [lane(0)])).toMatchObject({ problems: [], sight: 'waiting', unseen: ['belt'] });
    expect(judgeTrial([lane(170)], [lane(29)])).toMatchObject({ problems: [], sight: 'waiting' });
    expect(judgeTrial([lane(170)], [lane(30)])).toMatchObject({ problems: [], sight: 'compared', compared: 1 });
  });

  test('on a scene that was quiet before has nothing to be compared with, however much is shown since', () => {
    expect(judgeTrial([lane(0)], [lane(180)])).toMatchObject({ problems: [], sight: 'nothing_before' });
  });

  test('is judged by results that show something, so that pauses between the products speak for nothing', () => {
    expect(judgeTrial([lane(400, 200)], [lane(40, 20)])).toMatchObject({ problems: [], sight: 'compared' });
    const { problems } = judgeTrial([lane(200, 200)], [lane(900, 200)]);
    expect(problems).toEqual(['belt, ppe: 4.50 detections in a result that has any, 1.00 before']);
    expect(judgeTrial([lane(1000, 200)], [lane(200, 200)]).problems).toHaveLength(1);
  });

  test('waits for each camera that showed something before, and not for one that did not', () => {
    const before = [lane(100), lane(100, 100, { camera: 'door' }), lane(0, 0, { camera: 'store' })];
    const trial = [lane(100), lane(5, 5, { camera: 'door' }), lane(0, 0, { camera: 'store' })];
    expect(judgeTrial(before, trial)).toMatchObject({ sight: 'waiting', unseen: ['door'], compared: 1 });
  });

  test('of a first model, or of a model of anomalies, needs nothing to be shown', () => {
    expect(judgeTrial([], [lane(0)])).toMatchObject({ sight: 'not_needed', problems: [] });
    const none = lane(0, 0, { seen: undefined, shown: undefined });
    expect(judgeTrial([none], [none])).toMatchObject({ sight: 'not_needed', problems: [] });
  });

  test('that gives fewer results is worse whatever is shown', () => {
    const { problems } = judgeTrial([lane(0)], [lane(0, 0, { inspected: 100, failed: 100 })]);
    expect(problems).toHaveLength(2);
  });
});
