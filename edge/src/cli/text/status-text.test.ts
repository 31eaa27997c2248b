import { expect, it } from 'vitest';
import { StatusWorld } from '../../../../tests/support/status-world.ts';
import { tempDir } from '../../../../tests/support/temp-dir.ts';
import { healthOf } from '../../status/index.ts';
import { statusText } from './status-text.ts';

it('says of the feeds what they sent, what they dropped, and what none of them got', async () => {
  await using dir = await tempDir('lineside-status-text-');
  const snapshot = new StatusWorld(dir.path).snapshot();
  const { feedsLeftOut, ...rest } = snapshot;
  expect(feedsLeftOut).toBeDefined();
  const lines = statusText({ ...snapshot, health: healthOf(snapshot) }).split('\n');
  expect(lines).toContain(
    'feed     programs (zmq+tcp://127.0.0.1:5556): up, 3 connected, 3412 messages sent, 12 left out',
  );
  expect(lines).toContain('feeds    left out, because their process does not keep up: events 1, frames 210');
  for (const none of [{}, undefined]) {
    const text = statusText({ ...rest, ...(none && { feedsLeftOut: none }), health: healthOf(rest) });
    expect(text).not.toContain('left out, because');
  }
});

it('says when machines need their service and zones their cleaning, and who did it last', async () => {
  await using dir = await tempDir('lineside-status-text-');
  const snapshot = new StatusWorld(dir.path).snapshot();
  const cleaning = { rule: 'floor', camera: 'floor', overdue: true, sinceMs: 5 * 3_600_000 };
  const cleanings = [
    { ...cleaning, limitMs: 4 * 3_600_000, seenBy: 'person' as const, cleanedBy: 'A. P.' },
    { ...cleaning, rule: 'wall', overdue: false },
  ];
  const lines = statusText({ ...snapshot, cleanings, health: healthOf(snapshot) }).split('\n');
  expect(lines.filter((line) => /^(?:service|cleaning)/.test(line))).toEqual([
    'service  cutter: service overdue, 260000 cuts of 250000 cuts, last by A. P.',
    'service  filler: service not due, 9 h 00 min of 4 d 4 h, nobody has confirmed one',
    'cleaning floor: cleaning overdue, 5 h 00 min of 4 h 00 min, last confirmed by A. P.',
    'cleaning wall: cleaning not due, 5 h 00 min, none is known',
  ]);
});
