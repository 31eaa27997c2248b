import { describe, expect, it } from 'vitest';
import { createRule, proposeFields, RuleOptions } from '../index.ts';

const TODAY = { year: 2026, month: 11, day: 28 };
const corners = (x: number, y: number, width = 100, height = 40) =>
  [
    [x, y],
    [x + width, y],
    [x + width, y + height],
    [x, y + height],
  ] as const;
const code = (symbology: string, text: string, gs1 = false) => ({
  ...{ symbology, text, gs1, rotation: 0 },
  corners: corners(50, 100),
});
const line = (text: string, y: number) => ({ text, corners: corners(20, y) });
const propose = (codes: readonly ReturnType<typeof code>[], ...texts: string[]) =>
  proposeFields({ width: 200, height: 400, codes, lines: texts.map((text, n) => line(text, 200 + n * 50)) }, TODAY);

describe('the fields that one good pack shows', () => {
  it('are its code as the product, its dates as shelf lives, its lot by its form, its phrases, and the place of its label', () => {
    const { fields, product, facts } = propose(
      [code('EAN13', '4006381333931')],
      'BBE 27.05.27',
      '28.11.2026',
      'L4711B',
      'Contains milk',
      '#1',
    );
    expect(product).toBe('4006381333931');
    expect(facts).toEqual({ shelfLife: '180d' });
    expect(fields).toMatchObject([
      { id: 'ean', kind: 'code', symbologies: ['EAN13'], gtin: '{product}', region: [0.19, 0.19, 0.81, 0.41] },
      { id: 'date', kind: 'date', format: 'DD.MM.YY', shelfLife: '{shelfLife}' },
      { id: 'date-2', kind: 'date', format: 'DD.MM.YYYY', shelfLife: '0d' },
      { id: 'lot', kind: 'lot', format: "'L'9999A" },
      { id: 'phrase', kind: 'phrase', phrase: 'Contains milk' },
      { id: 'label', kind: 'label', place: [0.5, 0.3], angle: 0 },
    ]);
  });

  it('take the product of a GS1 code, and the content of any other code', () => {
    const gs1 = code('DataMatrix', '010400638133393110A7', true);
    expect(propose([gs1]).product).toBe('4006381333931');
    expect(propose([code('QRCode', 'https://example.com')]).fields[0]).toMatchObject({
      id: 'code',
      content: 'https://example.com',
    });
    expect(propose([]).fields).toEqual([]);
  });

  it('are options that a rule can have', () => {
    const { fields } = propose([code('EAN13', '4006381333931')], '05/27', 'LOT 4711-22', 'Contains milk');
    const options = RuleOptions.parse({ id: 'codes', type: 'code_check', camera: 'a', fields });
    expect(createRule(options, { resultEveryMs: 100 }).id).toBe('codes');
  });
});
