import { describe, expect, it } from 'vitest';
import { ScoreWatch } from './score-watch.ts';

describe('the scores of a taught model', () => {
  it('are counted piece by piece, those above the limit too, with the median of the newest', () => {
    const watch = new ScoreWatch();
    expect(watch.state()).toBeUndefined();
    watch.add({ score: 0.5, limit: 4, watching: true });
    watch.add({ score: 6, limit: 4, watching: true, crops: [1, 6, -0.5] });
    expect(watch.state()).toEqual({ watching: true, limit: 4, pieces: 4, above: 1, median: 0.5, newest: 4 });
  });

  it('forget old pieces in the median, so that a change of the light shows', () => {
    const watch = new ScoreWatch();
    for (let n = 0; n < 300; n += 1) watch.add({ score: 0, limit: 4 });
    for (let n = 0; n < 150; n += 1) watch.add({ score: 3, limit: 4 });
    expect(watch.state()).toMatchObject({ watching: false, pieces: 450, above: 0, median: 3, newest: 200 });
  });

  it('are not counted for a model without a limit', () => {
    const watch = new ScoreWatch();
    watch.add({ score: 3 });
    watch.add(undefined);
    expect(watch.state()).toBeUndefined();
  });
});
