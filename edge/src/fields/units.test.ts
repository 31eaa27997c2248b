import { describe, expect, it } from 'vitest';
import {
  formatDayWindow,
  formatDuration,
  formatRate,
  formatSize,
  parseDayWindow,
  parseDuration,
  parseRate,
  parseSize,
} from './index.ts';

describe('durations', () => {
  it.each([
    ['500ms', 500],
    ['5s', 5000],
    ['1.5h', 5_400_000],
    ['30d', 2_592_000_000],
    ['2w', 1_209_600_000],
    ['0s', 0],
  ])('%s is %d milliseconds', (text, ms) => {
    expect(parseDuration(text)).toBe(ms);
  });

  it.each(['5', '5 s', '-1s', 's', '5sec', '1e3s', '', '5S', '٥s'])('%j is none', (text) => {
    expect(parseDuration(text)).toBeUndefined();
  });

  it('is written in the largest unit that divides it, and read back as the same', () => {
    for (const ms of [0, 1, 999, 1000, 1500, 60_000, 90_000, 3_600_000, 86_400_000, 7 * 86_400_000]) {
      expect(parseDuration(formatDuration(ms))).toBe(ms);
    }
    expect(formatDuration(90_000)).toBe('90s');
  });
});

describe('sizes', () => {
  it.each([
    ['512B', 512],
    ['1GB', 1e9],
    ['1.5MB', 1_500_000],
    ['2GiB', 2 ** 31],
  ])('%s is %d bytes', (text, bytes) => {
    expect(parseSize(text)).toBe(bytes);
  });

  it.each(['1', '1gb', '1 GB', '-1GB', 'GB', '1PB'])('%j is none', (text) => {
    expect(parseSize(text)).toBeUndefined();
  });

  it('is written so that it is read back as the same', () => {
    for (const bytes of [1, 1000, 1024, 1e9, 1.5e9, 2 ** 31]) expect(parseSize(formatSize(bytes))).toBe(bytes);
  });
});

describe('rates', () => {
  it.each([
    ['256kbit', 32_000],
    ['1.5Mbit', 187_500],
    ['1Gbit', 125_000_000],
  ])('%s is %d bytes a second, and is written as that', (text, bytes) => {
    expect(parseRate(text)).toBe(bytes);
    expect(parseRate(formatRate(bytes))).toBe(bytes);
  });

  it.each(['256', '256 kbit', '1mbit', '-1kbit', 'kbit'])('%j is none', (text) => {
    expect(parseRate(text)).toBeUndefined();
  });
});

describe('windows of the day', () => {
  it('is read as minutes since midnight, and may pass midnight', () => {
    expect(parseDayWindow('22:00-06:30')).toEqual({ fromMinute: 1_320, toMinute: 390 });
    expect(formatDayWindow({ fromMinute: 1_320, toMinute: 390 })).toBe('22:00-06:30');
    expect(parseDayWindow('night')).toEqual({ fromMinute: 1_320, toMinute: 360 });
    expect(parseDayWindow('always')).toBe('always');
    for (const none of ['24:00-01:00', '1:00-2:00', '10:60-11:00', 'day']) expect(parseDayWindow(none)).toBeUndefined();
  });
});
