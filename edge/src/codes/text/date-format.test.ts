import { describe, expect, it } from 'vitest';
import { dice } from '../../../../tests/support/dice.ts';
import { addDays, type CalendarDate, dateFormat, findDates, formatDate, parseDate } from '../index.ts';

const TODAY: CalendarDate = { year: 2026, month: 11, day: 28 };
const datesIn = (line: string, format: string): (string | undefined)[] =>
  findDates(line, dateFormat(format), TODAY).map(({ date }) => date && formatDate(date));

describe('a date in the format of the plant', () => {
  it.each([
    ['TT.MM.JJ', 'MHD 24.12.26 L7', '2026-12-24'],
    ['DD.MM.YYYY', '24.12.2026', '2026-12-24'],
    ['ДД.ММ.ГГ', 'ГОДЕН ДО 24.12.26', '2026-12-24'],
    ['DD MMM YYYY', 'BEST BEFORE 24 DEC 2026', '2026-12-24'],
    ['DD MMM YY', 'best before 24dez26', '2026-12-24'],
    ['DD MMMM YYYY', '24 декабря 2026', '2026-12-24'],
    ['MM/YY', 'BBE 02/28', '2028-02-29'],
    ['YYYY-MM-DD', '2026-12-24', '2026-12-24'],
    ['YYDDD', 'L 26358 B', '2026-12-24'],
    ['YDDD', 'L6358', '2026-12-24'],
    ["'EXP' DDMMYY", 'EXP 241226', '2026-12-24'],
    ['DD.MM.YY HH:mm', '24.12.26 23:59', '2026-12-24'],
    ['DD.MM.YY', '24. 12 .26', '2026-12-24'],
  ])('%s reads "%s"', (format, line, date) => {
    expect(datesIn(line, format)[0]).toBe(date);
  });

  it('takes characters that OCR confuses for what the format asks for, and reports it', () => {
    const [read] = findDates('Z4.I2.2O26', dateFormat('DD.MM.YYYY'), TODAY);
    expect(read?.text).toBe('24.12.2026');
    expect(read?.corrections).toEqual([
      { at: 0, read: 'Z', taken: '2' },
      { at: 3, read: 'I', taken: '1' },
      { at: 7, read: 'O', taken: '0' },
    ]);
  });

  it('prefers the reading with the fewest corrections', () => {
    expect(datesIn('OI.OZ.Z6 24.12.26', 'DD.MM.YY')[0]).toBe('2026-12-24');
  });

  it('is not cut out of a longer number', () => {
    expect(datesIn('24.12.2026', 'DD.MM.YY')).toEqual([]);
    expect(datesIn('1241226', 'DDMMYY')).toEqual([]);
  });

  it.each(['31.02.26', '00.12.26', '12.13.26', '24.12.26 24:00'])('%s is read and is no day', (line) => {
    const [read] = findDates(line, dateFormat(line.includes(':') ? 'DD.MM.YY HH:mm' : 'DD.MM.YY'), TODAY);
    expect(read).toBeDefined();
    expect(read?.date).toBeUndefined();
  });

  it.each(['DD.MM', 'DD', '', 'DD.DD.YY', 'BEST DD.MM.YY', 'DD.QQ.YY'])('"%s" is refused as a format', (format) => {
    expect(() => dateFormat(format)).toThrow(TypeError);
  });

  it('every date is read back from every format that it was printed in', () => {
    const throwDice = dice(5);
    const pad = (value: number, length = 2): string => String(value).padStart(length, '0');
    const print: Record<string, (date: CalendarDate) => string> = {
      'DD.MM.YYYY': ({ year, month, day }) => `${pad(day)}.${pad(month)}.${year}`,
      'DD/MM/YY': ({ year, month, day }) => `${pad(day)}/${pad(month)}/${pad(year % 100)}`,
      YYMMDD: ({ year, month, day }) => `${pad(year % 100)}${pad(month)}${pad(day)}`,
      'YYYY-DDD': (date) => {
        const first = Date.UTC(date.year, 0, 1);
        const days = (Date.UTC(date.year, date.month - 1, date.day) - first) / 86_400_000 + 1;
        return `${date.year}-${pad(days, 3)}`;
      },
    };
    for (let round = 0; round < 200; round += 1) {
      const date = addDays(TODAY, throwDice(15_000) - 5_000);
      for (const [format, printed] of Object.entries(print))
        expect(datesIn(`L7 ${printed(date)} ok`, format)).toContain(formatDate(date));
    }
  });

  it('a date written out is read back, and no other text is', () => {
    expect(parseDate('2026-11-28')).toEqual(TODAY);
    expect(parseDate('2026-02-29')).toBeUndefined();
    expect(parseDate('28.11.2026')).toBeUndefined();
  });
});
