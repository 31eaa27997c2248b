import { expect, it } from 'vitest';
import { checkConfig, ConfigError, shiftPlanOf, toFileForm } from './index.ts';

const load = (text: string) => checkConfig(`device: line-1\n${text}`, { catalog: [], env: {}, path: '/c.yaml' }).config;

it('are three shifts of eight hours in the time zone of the machine where the file has none', () => {
  expect(shiftPlanOf(load(''), 'Europe/Warsaw')).toEqual({
    timeZone: 'Europe/Warsaw',
    shifts: [
      { name: 'Early', startMinute: 360, endMinute: 840 },
      { name: 'Late', startMinute: 840, endMinute: 1320 },
      { name: 'Night', startMinute: 1320, endMinute: 360 },
    ],
  });
});

it('end where the next one starts, unless the file gives their end and days', () => {
  const text =
    'shifts: {timeZone: Europe/Berlin, list: [{name: A, start: "05:30"}, {name: B, start: "14:00", end: "20:00", days: [sat]}]}';
  const config = load(text);
  expect(shiftPlanOf(config, 'UTC')).toEqual({
    timeZone: 'Europe/Berlin',
    shifts: [
      { name: 'A', startMinute: 330, endMinute: 840 },
      { name: 'B', startMinute: 840, endMinute: 1200, days: ['sat'] },
    ],
  });
  expect(toFileForm(config).shifts).toMatchObject({ list: [{ start: '05:30' }, { start: '14:00', end: '20:00' }] });
});

it.each([
  'shifts: {timeZone: Mars/Olympus}',
  'shifts: {list: [{name: A, start: "25:00"}]}',
  'shifts: {list: [{name: A, start: "06:00", days: [holiday]}]}',
  'shifts: {list: []}',
])('are refused with their place: %s', (text) => {
  expect(() => load(text)).toThrow(ConfigError);
});
