import { describe, expect, it } from 'vitest';
import { frameAt, play, ruleOf, STEP_MS, story, track } from '../../../../tests/support/crafted-tracks.ts';
import type { RuleOutput, Signal, SignalReading } from '../../domain/index.ts';
import type { Signals } from '../../pipeline/index.ts';

const rule = (more: object = {}, place: object = {}) =>
  ruleOf({ type: 'downtime', id: 'd', noProductFor: '10s', clearAfter: '1s', ...more }, place);
const product = () => [track(1, 'product', [300, 100, 340, 160])];

function signalsOf(readings: Readonly<Record<string, SignalReading>>): Signals {
  const signal = (id: string, reading: SignalReading): Signal => ({
    ...{ id, type: 'text', source: 'push:', reading, atMs: 0, wallMs: 0, sample: 1, epoch: 1 },
  });
  return { get: (id) => (readings[id] === undefined ? undefined : signal(id, readings[id])) };
}

/** Runs a rule with products always in sight and these signals. */
function withSignals(
  downtime: ReturnType<typeof rule>,
  fromMs: number,
  toMs: number,
  readings: Readonly<Record<string, SignalReading>>,
  isSeen = true,
): RuleOutput[] {
  const outputs: RuleOutput[] = [];
  for (let atMs = fromMs; atMs <= toMs; atMs += STEP_MS) {
    const tracks = isSeen ? product() : [];
    outputs.push(...downtime.step({ frame: frameAt(atMs), tracks, signals: signalsOf(readings) }));
  }
  return outputs;
}

const good = (value: string): SignalReading => ({ state: 'good', value });

describe('downtime', () => {
  it('opens when no product was seen for so long, and closes when one is', () => {
    const downtime = rule();
    const outputs = [
      ...play(downtime, 0, 5000, product),
      ...play(downtime, 5200, 20_000, () => []),
      ...play(downtime, 20_200, 25_000, product),
    ];
    expect(story(outputs)).toEqual(['opened@15200 #1', 'closed(cleared)@21200 #1']);
    expect(outputs[0]?.details).toMatchObject({ source: 'products' });
  });

  it('does not take time that was not inspected for a stop', () => {
    const downtime = rule();
    play(downtime, 0, 1000, product);
    expect(play(downtime, 1200, 60_000, () => undefined)).toEqual([]);
    expect(play(downtime, 60_200, 68_000, () => [])).toEqual([]);
  });

  it('stays open while the plant is silent and a product only stands in view, until another one comes into view', () => {
    const downtime = rule({ stateSignal: 'state' });
    const silent: SignalReading = { state: 'stale', reason: 'too_old' };
    expect(story(withSignals(downtime, 0, 3000, { state: good('jam') }))).toEqual(['opened #1']);
    expect(withSignals(downtime, 3200, 60_000, { state: silent })).toEqual([]);
    const tracks = [...product(), track(2, 'product', [100, 100, 140, 160], { firstSeenMs: 61_000 })];
    const outputs: RuleOutput[] = [];
    for (let atMs = 61_000; atMs <= 65_000; atMs += STEP_MS)
      outputs.push(...downtime.step({ frame: frameAt(atMs), tracks, signals: signalsOf({ state: silent }) }));
    expect(story(outputs)).toEqual(['closed(cleared) #1']);
  });

  it('believes the plant while its signal is good, with the reason of the stop', () => {
    const downtime = rule({ stateSignal: 'state', reasonSignal: 'why' });
    const outputs = withSignals(downtime, 0, 3000, { state: good('jam'), why: good('bottle fell') });
    expect(outputs[0]).toMatchObject({
      phase: 'opened',
      details: { source: 'plant', state: 'jam', reason: 'bottle fell' },
    });
    expect(withSignals(downtime, 3200, 8000, { state: good('running') }, false).at(-1)).toMatchObject({
      phase: 'closed',
      reason: 'cleared',
    });
  });

  it.each([
    { state: 'bad', reason: 'sensor' },
    { state: 'stale', reason: 'source_lost' },
  ] as const)('judges by products while the state is $state, and never by the last good one', (reading) => {
    const downtime = rule({ stateSignal: 'state' });
    withSignals(downtime, 0, 1000, { state: good('running') });
    expect(withSignals(downtime, 1200, 9000, { state: reading }, false)).toEqual([]);
    expect(withSignals(downtime, 9200, 14_000, { state: reading }, false)[0]).toMatchObject({ phase: 'opened' });
  });

  it('does not count planned stops, and closes an event that is open when one begins', () => {
    const noon = Date.UTC(2026, 5, 1, 12, 0);
    const plan = { timeZone: 'UTC', shifts: [] };
    const downtime = rule(
      { plannedStops: [{ from: '12:01', to: '12:02' }], updateInterval: '5m' },
      { plan, wallTime: (atMs: number) => noon + atMs },
    );
    const outputs = play(downtime, 0, 125_000, () => []);
    expect(story(outputs).map((line) => line.replace(/ #.*/, ''))).toEqual(['opened@10200', 'closed(cleared)@61000']);
    expect(story(play(downtime, 125_200, 135_000, () => []))).toHaveLength(1);
  });
});
