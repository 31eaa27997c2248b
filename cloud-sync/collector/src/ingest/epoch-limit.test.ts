import { expect, test } from 'vitest';
import { EpochLimit } from './epoch-limit.ts';

const HOUR = 3_600_000;
const accepted = (limit: EpochLimit, device: string, count: number, nowMs: number, from = 0): number =>
  Array.from({ length: count }, (_, n) => limit.accepts(device, `epoch-${from + n}`, nowMs)).filter(Boolean).length;

test('a device that draws hundreds of epochs has few of them accepted, and harms no other device', () => {
  const limit = new EpochLimit();
  expect(accepted(limit, 'line-1', 300, 0)).toBe(16);
  expect(accepted(limit, 'line-2', 3, 0)).toBe(3);
});

test('epochs that were accepted stay accepted, and one more is every quarter of an hour', () => {
  const limit = new EpochLimit();
  accepted(limit, 'line-1', 300, 0);
  expect(limit.accepts('line-1', 'epoch-3', 1)).toBe(true);
  expect(limit.accepts('line-1', 'later', HOUR / 8)).toBe(false);
  expect(accepted(limit, 'line-1', 300, HOUR, 1000)).toBe(4);
});
