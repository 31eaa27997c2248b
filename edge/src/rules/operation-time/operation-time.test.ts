import { describe, expect, it } from 'vitest';
import type { RuleOutput, Track } from '../../domain/index.ts';
import { definitionOf } from '../index.ts';
import { play, ruleOf, story, track } from '../../../../tests/support/crafted-tracks.ts';

const LEFT = {
  id: 'bench',
  polygon: [
    [0, 0],
    [0.5, 0],
    [0.5, 1],
    [0, 1],
  ],
} as const;

const rule = (options: object = {}) =>
  ruleOf(
    { type: 'operation_time', id: 'r', zone: 'bench', minDuration: '1s', clearAfter: '2s', ...options },
    { zone: LEFT },
  );
const person = (id: number, x = 100, more: Partial<Track> = {}): Track =>
  track(id, 'person', [x, 150, x + 60, 310], more);
const reported = (outputs: readonly RuleOutput[]) =>
  outputs
    .filter(({ phase }) => phase !== 'updated')
    .map(
      ({ phase, severity, details }) =>
        `${phase} ${severity} ${String(details?.['outcome'])} ${String(details?.['seconds'])}`,
    );

describe('the operation_time rule', () => {
  it('records each operation from its start to its end, with its duration', () => {
    const outputs = play(rule(), 0, 40_000, (atMs) => (atMs % 20_000 < 8000 ? [person(1)] : [person(1, 500)]));
    expect(story(outputs)).toEqual(
      [
        'opened@1000 #1',
        'closed(cleared)@10000 #1',
        'opened@21000 #2',
        'closed(cleared)@30000 #2',
        'opened@41000 #3',
      ].slice(0, 4),
    );
    expect(reported(outputs)).toEqual([
      'opened info running 1',
      'closed info completed 7.8',
      'opened info running 1',
      'closed info completed 7.8',
    ]);
    expect(outputs[1]).toMatchObject({ durationMs: 7800, kind: 'production', zone: 'bench' });
    expect(outputs.map(({ details }) => details?.['operation'])).toEqual([1, 1, 2, 2]);
  });

  it('writes two records for an operation of an hour', () => {
    expect(play(rule(), 0, 3_600_000, () => [person(1)])).toHaveLength(1);
  });

  it('reports an operation that is too long from the limit on, until it ends', () => {
    const outputs = play(rule({ max: '5s' }), 0, 14_000, (atMs) => (atMs < 10_000 ? [person(1)] : []));
    expect(story(outputs.filter(({ phase }) => phase !== 'updated'))).toEqual([
      'opened@1000 #1',
      'opened@5200 #2',
      'closed(cleared)@12000 #1',
      'closed(cleared)@12000 #2',
    ]);
    expect(reported(outputs)).toEqual([
      'opened info running 1',
      'opened warning too_long 5.2',
      'closed info too_long 9.8',
      'closed warning too_long 9.8',
    ]);
    expect(outputs[1]?.details).toMatchObject({ limitSeconds: 5, operation: 1 });
  });

  it('reports an operation that is too short at its end', () => {
    const outputs = play(rule({ min: '10s' }), 0, 30_000, (atMs) => (atMs < 4000 || atMs > 12_000 ? [person(1)] : []));
    expect(reported(outputs).slice(0, 4)).toEqual([
      'opened info running 1',
      'closed info too_short 3.8',
      'opened warning too_short 3.8',
      'closed warning too_short 3.8',
    ]);
    expect(reported(outputs).slice(4)).toEqual(['opened info running 1']);
  });

  it('reports that no operation was within a time, until the next one starts', () => {
    const outputs = play(rule({ noneWithin: '20s' }), 0, 60_000, (atMs) => (atMs > 30_000 ? [person(1)] : []));
    expect(story(outputs.filter(({ phase }) => phase !== 'updated'))).toEqual([
      'opened@20000 #1',
      'opened@31200 #2',
      'closed(cleared)@31200 #1',
    ]);
    expect(outputs[0]).toMatchObject({
      box: [0, 0, 320, 360],
      details: { outcome: 'none', seconds: 20, limitSeconds: 20 },
    });
  });

  it('does not count time without results as time without operations', () => {
    const idle = rule({ noneWithin: '20s' });
    play(idle, 0, 12_000, () => []);
    expect(play(idle, 12_200, 60_000, () => undefined)).toEqual([]);
    expect(story(play(idle, 60_200, 69_000, () => []))).toEqual(['opened@68200 #1']);
    const long = rule({ noneWithin: '20s' });
    play(long, 0, 12_000, () => []);
    // More than maxUnobserved: an operation could have been in it.
    expect(story(play(long, 400_000, 419_800, () => []))).toEqual([]);
  });

  it('is one operation for several people at the station, or one for each', () => {
    const scene = (atMs: number): Track[] => [
      ...(atMs < 10_000 ? [person(1, 20)] : []),
      ...(atMs > 5000 && atMs < 15_000 ? [person(2, 150)] : []),
    ];
    expect(reported(play(rule(), 0, 30_000, scene))).toEqual(['opened info running 1', 'closed info completed 14.8']);
    expect(reported(play(rule({ per: 'object' }), 0, 30_000, scene))).toEqual([
      'opened info running 1',
      'opened info running 1',
      'closed info completed 9.8',
      'closed info completed 9.6',
    ]);
  });

  it('goes on while somebody is hidden or missed, or has a new track', () => {
    const forklift = track(50, 'forklift', [80, 140, 180, 330]);
    const hidden = play(rule(), 0, 60_000, (atMs) => (atMs < 5000 || atMs > 40_000 ? [person(1)] : [forklift]));
    expect(reported(hidden)).toEqual(['opened info running 1']);
    const renewed = play(rule({ per: 'object' }), 0, 30_000, (atMs) => [person(1 + Math.floor(atMs / 5000))]);
    expect(reported(renewed)).toEqual(['opened info running 1']);
  });

  it('gives no verdict on an operation whose camera was lost', () => {
    const short = rule({ min: '10s' });
    play(short, 0, 3000, () => [person(1)]);
    expect(play(short, 3200, 60_000, () => undefined)).toEqual([]);
    const outputs = short.expire(400_000);
    expect(reported(outputs)).toEqual(['closed info running 3']);
    expect(outputs[0]?.reason).toBe('camera_lost');
  });

  it('refuses a shortest time that is longer than the longest', () => {
    const options = { id: 'r', type: 'operation_time', camera: 'c', min: '10s', max: '5s' };
    expect(definitionOf('operation_time')?.options.safeParse(options).error?.issues).toMatchObject([{ path: ['min'] }]);
  });
});

describe('operations of random length with a detector that errs', () => {
  it('are each recorded once, with a duration within what a flickering detector leaves open', () => {
    let state = 11;
    const random = (): number => {
      state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
      return state / 2 ** 32;
    };
    for (let round = 0; round < 10; round += 1) {
      const spans: (readonly [from: number, to: number])[] = [];
      let fromMs = 3000;
      while (fromMs < 280_000) {
        const toMs = fromMs + 4000 + random() * 20_000;
        spans.push([fromMs, toMs]);
        fromMs = toMs + 6000 + random() * 10_000;
      }
      const operations = play(rule(), 0, 320_000, (atMs) => {
        if (random() < 0.05) return undefined;
        const isThere = spans.some(([from, to]) => atMs >= from && atMs < to);
        return isThere && random() > 0.15 ? [person(1)] : [];
      }).filter(({ phase }) => phase === 'closed');
      expect(operations).toHaveLength(spans.length);
      for (const [k, { durationMs }] of operations.entries()) {
        const [from = 0, to = 0] = spans[k] ?? [];
        expect(durationMs).toBeLessThanOrEqual(to - from);
        expect(durationMs).toBeGreaterThan(to - from - 2500);
      }
    }
  });
});
