import { expect, test } from 'vitest';
import { opensInMs } from './day-window.ts';
import { TokenBucket } from './token-bucket.ts';

test('a bandwidth limit lets its rate through on average, however large the messages are', () => {
  const cap = new TokenBucket(1_000, 0);
  let sent = 0;
  let now = 0;
  for (let n = 0; n < 50; n += 1) {
    now += cap.waitMs(now);
    const bytes = 100 + ((n * 37) % 900);
    cap.spend(bytes, now);
    sent += bytes;
  }
  expect((sent - 1_250) / (now / 1000)).toBeLessThanOrEqual(1_000);
  expect(sent / (now / 1000)).toBeGreaterThan(900);
});

test('unused bandwidth is saved for a quarter of a second only, and without a limit nothing waits', () => {
  const cap = new TokenBucket(1_000, 0);
  cap.spend(250, 0);
  expect(cap.waitMs(3_600_000)).toBe(0);
  cap.spend(1_250, 3_600_000);
  expect(cap.waitMs(3_600_000)).toBe(1_000);
  const none = new TokenBucket(Number.POSITIVE_INFINITY, 0);
  none.spend(1e12, 0);
  expect(none.waitMs(0)).toBe(0);
});

const at = (hours: number, minutes = 0, seconds = 0): number => new Date(2026, 5, 1, hours, minutes, seconds).getTime();

test('a window of the day may span midnight', () => {
  const night = { fromMinute: 22 * 60, toMinute: 6 * 60 };
  expect(opensInMs(night, at(23))).toBe(0);
  expect(opensInMs(night, at(5, 59))).toBe(0);
  expect(opensInMs(night, at(6))).toBe(16 * 3_600_000);
  expect(opensInMs(night, at(21, 59, 30))).toBe(30_000);
  const noon = { fromMinute: 12 * 60, toMinute: 13 * 60 };
  expect(opensInMs(noon, at(12, 30))).toBe(0);
  expect(opensInMs(noon, at(13, 30))).toBe(22.5 * 3_600_000);
  expect(opensInMs({ fromMinute: 60, toMinute: 60 }, at(9))).toBe(0);
});
