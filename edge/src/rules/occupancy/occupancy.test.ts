import { describe, expect, it } from 'vitest';
import type { Track } from '../../domain/index.ts';
import { definitionOf } from '../index.ts';
import { play, ruleOf, story, track } from '../../../../tests/support/crafted-tracks.ts';

const LEFT = {
  id: 'press',
  polygon: [
    [0, 0],
    [0.5, 0],
    [0.5, 1],
    [0, 1],
  ],
} as const;

const rule = (options: object) =>
  ruleOf(
    { type: 'occupancy', id: 'r', zone: 'press', minDuration: '1s', clearAfter: '1s', ...options },
    { zone: LEFT },
  );
const person = (id: number, x: number, more: Partial<Track> = {}): Track =>
  track(id, 'person', [x, 150, x + 60, 310], more);
const changes = (outputs: Parameters<typeof story>[0]) => story(outputs.filter(({ phase }) => phase !== 'updated'));

describe('the occupancy rule', () => {
  it('is a forbidden zone with its defaults: one event, however many people are in it', () => {
    const outputs = play(rule({}), 0, 6000, (atMs) =>
      atMs < 3000 ? [person(1, 60), person(2, 160), person(3, 500)] : [person(1, 400), person(2, 450)],
    );
    expect(story(outputs)).toEqual(['opened@1000 #1', 'closed(cleared)@4000 #1']);
    expect(outputs[0]).toMatchObject({
      label: 'person',
      zone: 'press',
      details: { condition: 'forbidden', people: 2, limit: 0 },
    });
  });

  it('reports too many people, and the most that there were', () => {
    const outputs = play(rule({ max: 1 }), 0, 6000, (atMs) =>
      atMs < 1600
        ? [person(1, 20), person(2, 90)]
        : atMs < 3000
          ? [person(1, 20), person(2, 90), person(3, 160)]
          : [person(1, 20), person(2, 400), person(3, 500)],
    );
    expect(story(outputs)).toEqual(['opened@1000 #1', 'closed(cleared)@4000 #1']);
    expect(outputs.at(-1)?.details).toMatchObject({ condition: 'too_many', limit: 1, most: 3, fewest: 2, people: 1 });
    expect(play(rule({ max: 2 }), 0, 5000, () => [person(1, 20), person(2, 90)])).toEqual([]);
  });

  it('reports too few people, also where nobody is there, with the zone as the place', () => {
    const outputs = play(rule({ min: 1 }), 0, 4000, () => []);
    expect(story(outputs)).toEqual(['opened@1000 #1']);
    expect(outputs[0]).toMatchObject({ box: [0, 0, 320, 360], details: { condition: 'too_few', people: 0, limit: 1 } });
    expect(outputs[0]).not.toHaveProperty('score');
    expect(play(rule({ min: 1 }), 0, 4000, () => [person(1, 20)])).toEqual([]);
  });

  it('reports a person who is alone for longer than allowed, by a time of its own', () => {
    const outputs = play(rule({ aloneAfter: '10s' }), 0, 14_000, (atMs) => [
      person(1, 20),
      ...(atMs < 2000 ? [person(2, 90)] : atMs > 12_500 ? [person(3, 90)] : [person(2, 500)]),
    ]);
    expect(changes(outputs)).toEqual(['opened@12000 #1', 'closed(cleared)@13600 #1']);
    expect(outputs[0]?.details).toMatchObject({ condition: 'alone' });
    expect(play(rule({ aloneAfter: '1s' }), 0, 5000, () => [])).toEqual([]);
  });

  it('has an event for each limit that is broken', () => {
    const outputs = play(rule({ max: 3, min: 2, aloneAfter: '2s' }), 0, 3000, () => [person(1, 20)]);
    expect(outputs.map(({ details }) => details?.['condition'])).toEqual(['too_few', 'alone']);
  });

  it('does not take a person who is hidden for gone: nothing opens and nothing closes', () => {
    const forklift = track(50, 'forklift', [80, 140, 170, 330]);
    const few = rule({ min: 2 });
    play(few, 0, 3000, () => [person(1, 20), person(2, 90)]);
    const hiding = play(few, 3200, 30_000, () => [person(1, 20), forklift]);
    expect(hiding).toEqual([]);
    expect(changes(play(few, 30_200, 40_000, () => [person(1, 20)]))).toEqual(['opened@33200 #1']);
    const many = rule({ max: 1 });
    play(many, 0, 3000, () => [person(1, 20), person(2, 90)]);
    expect(changes(play(many, 3200, 30_000, () => [person(1, 20), forklift]))).toEqual([]);
  });

  it('counts a person who was seen to walk out as gone at once', () => {
    const few = rule({ min: 2 });
    play(few, 0, 3000, () => [person(1, 20), person(2, 90)]);
    expect(story(play(few, 3200, 5000, () => [person(1, 20), person(2, 400)]))).toEqual(['opened@4200 #1']);
  });

  it('takes a person whose track begins anew at the same place for the same person', () => {
    const alone = rule({ aloneAfter: '2s' });
    const outputs = play(alone, 0, 20_000, (atMs) => [person(1 + Math.floor(atMs / 3000), 60)]);
    expect(changes(outputs)).toEqual(['opened@2000 #1']);
  });

  it('does not take frames without a result for an empty zone', () => {
    const few = rule({ min: 1 });
    play(few, 0, 2000, () => [person(1, 20)]);
    expect(play(few, 2200, 60_000, () => undefined)).toEqual([]);
    expect(few.expire(60_000)).toEqual([]);
    const forbidden = rule({});
    play(forbidden, 0, 2000, () => [person(1, 20)]);
    expect(play(forbidden, 2200, 60_000, () => undefined)).toEqual([]);
  });

  it('lets a person at the edge of the zone sway without coming and going', () => {
    const outputs = play(rule({}), 0, 20_000, (atMs) => [person(1, atMs % 2000 < 1000 ? 280 : 297)]);
    expect(changes(outputs)).toEqual(['opened@1000 #1']);
  });

  it('refuses fewer people at most than at least', () => {
    const parsed = definitionOf('occupancy')?.options.safeParse({
      id: 'r',
      type: 'occupancy',
      camera: 'c',
      min: 3,
      max: 1,
    });
    expect(parsed?.error?.issues).toMatchObject([{ path: ['min'], message: 'must not be greater than max (1)' }]);
  });
});

describe('people whom a detector misses now and then', () => {
  it('never make an event where as many as allowed are there, and always where they are not', () => {
    let state = 7;
    const random = (): number => {
      state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
      return state / 2 ** 32;
    };
    for (let round = 0; round < 20; round += 1) {
      const people = 1 + Math.floor(random() * 4);
      const scene = () =>
        random() < 0.05
          ? undefined
          : Array.from({ length: people }, (_, k) => k).flatMap((k) =>
              random() < 0.15 ? [] : [person(k + 1, 20 + 64 * k)],
            );
      const quiet = rule({ max: people, min: people, ...(people === 1 ? {} : { aloneAfter: '2s' }) });
      expect(play(quiet, 0, 60_000, scene)).toEqual([]);
      expect(changes(play(rule({ min: people + 1 }), 0, 60_000, scene))).toHaveLength(1);
      expect(changes(play(rule({ max: people - 1 }), 0, 60_000, scene))).toHaveLength(1);
    }
  });
});
