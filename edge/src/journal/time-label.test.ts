import { expect, test } from 'vitest';
import { HandClock } from '../../../tests/support/test-journal.ts';
import { TimeLabeller } from './time-label.ts';

const DAY = 86_400_000;
const setUp = (floor = { trusted: 0, seen: 0 }) => {
  const clock = new HandClock();
  const source = { synced: false };
  const labeller = new TimeLabeller(clock, () => source.synced, floor);
  /** Lets the labeller look at the source again. */
  const sync = (synced: boolean): void => {
    source.synced = synced;
    clock.advance(20_000);
  };
  return { clock, labeller, sync };
};

test('a clock is unsynced until a time server is followed', () => {
  const { labeller, sync } = setUp();
  expect(labeller.now().q).toBe('unsynced');
  sync(true);
  expect(labeller.now().q).toBe('synced');
});

test('a clock behind the floor of an earlier run is suspect, until it has been set', () => {
  const { clock, labeller, sync } = setUp({ trusted: Date.UTC(2026, 5, 2), seen: Date.UTC(2026, 5, 2) });
  expect(labeller.now().q).toBe('suspect');
  clock.setWall(Date.UTC(2026, 5, 3));
  sync(true);
  expect(labeller.now().q).toBe('synced');
});

test('a step back is suspect; a wrong step ahead is forgotten once the clock is synchronised', () => {
  const { clock, labeller, sync } = setUp();
  const now = clock.wallMs();
  clock.setWall(now + 3650 * DAY);
  expect(labeller.now().q).toBe('unsynced');
  clock.setWall(now);
  expect(labeller.now().q).toBe('suspect');
  sync(true);
  expect(labeller.now().q).toBe('synced');
  expect(labeller.floor.seen).toBeLessThan(now + DAY);
  sync(false);
  expect(labeller.now().q).toBe('unsynced');
});

test('the collector`s time raises the floor of a clock that follows nobody', () => {
  const { clock, labeller, sync } = setUp();
  labeller.observeServerTime(clock.wallMs() + DAY);
  expect(labeller.now().q).toBe('suspect');
  const synced = setUp();
  synced.sync(true);
  synced.labeller.now();
  synced.labeller.observeServerTime(synced.clock.wallMs() + DAY);
  expect(synced.labeller.now().q).toBe('synced');
  sync(false);
});

test('a wrong step ahead is forgotten once the collector has reported the time, where no time server is followed', () => {
  const { clock, labeller } = setUp();
  const now = clock.wallMs();
  clock.setWall(now + 3650 * DAY);
  expect(labeller.now().q).toBe('unsynced');
  clock.setWall(now);
  expect(labeller.now().q).toBe('suspect');
  labeller.observeServerTime(now);
  expect(labeller.now().q).toBe('unsynced');
  clock.setWall(now - DAY);
  expect(labeller.now().q).toBe('suspect');
});
