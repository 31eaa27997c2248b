import { describe, expect, it } from 'vitest';
import { fractionsFrom } from '../../../tests/support/dice.ts';
import { type PlannedRow, PlanTextError, readPlan, targetOf } from './index.ts';

const ROWS: readonly PlannedRow[] = [
  { date: '2026-03-02', shift: 'Early', product: '4006381333931', name: 'Yoghurt, "mild"', count: 12_000 },
  { shift: 'Late', count: 0 },
];

describe('a plan', () => {
  it('is read from CSV as programs of offices write it: comma, semicolon or tab, quotes, a mark at its begin', () => {
    for (const divider of [',', ';', '\t']) {
      const lines = [
        ['Date', 'shift', 'product', 'name', 'count', 'remark'],
        ['2026-03-02', 'Early', '4006381333931', '"Yoghurt, ""mild"""', '12000', 'x'],
        ['', 'Late', '', '', '0', ''],
      ];
      const text = `\uFEFF${lines.map((cells) => cells.join(divider)).join('\r\n')}\r\n\r\n`;
      expect(readPlan(text, 'csv')).toEqual(ROWS);
    }
  });

  it('is read from JSON, alone or as `plan`', () => {
    expect(readPlan(JSON.stringify(ROWS), 'json')).toEqual(ROWS);
    expect(readPlan(JSON.stringify({ plan: ROWS, site: 'x' }), 'json')).toEqual(ROWS);
  });

  it('has a target weight for a product, which is the same in each of its entries', () => {
    const csv = 'shift;product;weight;Under;over;count\nEarly;A;500.5;15;;1\nLate;A;500.5;15;;1\nLate;B;;;;1\n';
    const target = { weight: 500.5, under: 15 };
    const rows = readPlan(csv, 'csv');
    expect(rows).toEqual([
      { shift: 'Early', product: 'A', count: 1, ...target },
      { shift: 'Late', product: 'A', count: 1, ...target },
      { shift: 'Late', product: 'B', count: 1 },
    ]);
    expect(readPlan(JSON.stringify({ plan: rows }), 'json')).toEqual(rows);
    expect(targetOf(rows, 'A')).toEqual({ ...target, over: undefined });
    expect([targetOf(rows, 'B'), targetOf(rows, undefined)]).toEqual([undefined, undefined]);
  });

  it.each([
    ['csv', '', /first line names the columns/],
    ['csv', 'shift,amount\nEarly,1', /line 1: no column is called count/],
    ['csv', 'shift,count\nEarly,12 000', /line 2: count/],
    ['csv', 'shift,count\nEarly,1.5', /line 2: count/],
    ['csv', 'shift,count\nEarly,-1', /line 2: count/],
    ['csv', 'shift,count\nEarly,', /line 2: count/],
    ['csv', 'shift,count\nEarly,1,2', /line 2: has more cells/],
    ['csv', 'shift,count\n"Early,1', /line 2: a quotation mark/],
    ['csv', 'date,count\n02.03.2026,1', /line 2: date/],
    ['csv', 'shift,count\nEarly,1\nEarly,2', /entry 2 plans the same/],
    ['csv', `shift,count\n${'Early,1\n'.repeat(5_001)}`, /more than 5000/],
    ['csv', `shift,count\n${'x'.repeat(2 ** 20)},1`, /larger than/],
    ['csv', 'product;weight;count\nA;500,5;1', /line 2: weight/],
    ['csv', 'product,weight,count\nA,0,1', /line 2: weight/],
    ['csv', 'product,weight,count\nA,-500,1', /line 2: weight/],
    ['csv', 'product,weight,count\nA,1e400,1', /line 2: weight/],
    ['csv', 'shift,weight,count\nEarly,500,1', /entry 1 gives a weight without a product/],
    ['csv', 'product,over,count\nA,5,1', /entry 1 says how much .* but not the weight/],
    ['csv', 'product,weight,under,count\nA,5,5,1', /entry 1 allows that a pack weighs nothing/],
    ['csv', 'shift,product,weight,count\nEarly,A,500,1\nLate,A,480,1', /entry 2 gives product A another weight/],
    ['json', '{', /is not JSON/],
    ['json', '{"plan": 5}', /neither an array/],
    ['json', '[{"count": 1}, {"count": "2"}]', /entry 2: count/],
    ['json', JSON.stringify(Array.from({ length: 5_001 }, () => ({ count: 1 }))), /more than 5000/],
  ] as const)('of the form %s that is wrong is refused as a whole: %#', (format, text, why) => {
    expect(() => readPlan(text, format)).toThrow(why);
  });

  it('throws nothing but its own error, whatever bytes come', () => {
    const random = fractionsFrom(7);
    const pieces = ['count', 'shift', ',', ';', '"', '\n', '\r', '[', ']', '{', '}', ':', '1', '-', 'é', '\0', '\t'];
    for (let n = 0; n < 3_000; n += 1) {
      const text = Array.from(
        { length: Math.floor(random() * 40) },
        () => pieces[Math.floor(random() * pieces.length)],
      );
      for (const format of ['csv', 'json'] as const) {
        try {
          for (const { count } of readPlan(text.join(''), format)) expect(Number.isInteger(count)).toBe(true);
        } catch (error) {
          expect(error).toBeInstanceOf(PlanTextError);
        }
      }
    }
  });
});
