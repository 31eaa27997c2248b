import { describe, expect, it } from 'vitest';
import { PRINT_FAULTS, PrintRun, printSchema, symbolOf, textWidth, verdictOf } from './index.ts';

const run = (declared: object, seed = 1): PrintRun => new PrintRun(printSchema.parse(declared), [seed]);

describe('a printed code', () => {
  it('of the kind EAN-13 has 95 modules, which begin and end with the two bars of its guards', () => {
    const { width, dark, quiet } = symbolOf('ean13', '4601234567893');
    expect(width).toBe(95);
    expect(quiet).toBe(11);
    expect([dark[0], dark[1]].map((part) => part?.slice(0, 3))).toEqual([
      [0, 0, 1],
      [2, 0, 1],
    ]);
    expect(dark.at(-1)?.[0]).toBe(94);
  });

  it('of the kind Data Matrix has its solid sides on the left and below', () => {
    const { width, height, dark } = symbolOf('gs1datamatrix', '(01)04601234567893(17)260316(10)A7');
    expect(width).toBe(height);
    expect(dark.filter(([x]) => x === 0)).toHaveLength(height);
    expect(dark.filter(([, y]) => y === height - 1)).toEqual([[0, height - 1, width, 1]]);
  });

  it('is refused where its content cannot be written', () => {
    expect(() => symbolOf('ean13', 'ABC')).toThrow();
  });
});

describe('the prints of a run', () => {
  it('depend on the declaration, the seed and the number of the pack alone', () => {
    const [one, other] = [run({ faults: { wrong_date: 0.5 } }), run({ faults: { wrong_date: 0.5 } })];
    const order = [5, 1, 3];
    expect(order.map((k) => one.print(k))).toEqual(
      order
        .toReversed()
        .map((k) => other.print(k))
        .toReversed(),
    );
  });

  it('have faults as often as declared, and the verdict of their fault', () => {
    const packs = Array.from({ length: 4000 }, (_, k) => run({ faults: { wrong_date: 0.1, faded: 0.2 } }).print(k));
    const fraction = (fault: string | undefined): number => packs.filter((pack) => pack.fault === fault).length / 4000;
    expect(fraction('wrong_date')).toBeCloseTo(0.1, 1);
    expect(fraction('faded')).toBeCloseTo(0.18, 1);
    expect(packs.filter((pack) => verdictOf(pack) === 'wrong').every(({ date }) => date === '15.03.26')).toBe(true);
    expect(packs.filter((pack) => verdictOf(pack) === 'good').every(({ date }) => date === '16.03.26')).toBe(true);
  });

  it('name the other product where the label is wrong, and the day before where the date is, also over a change of year', () => {
    const packs = run({ bestBefore: '2027-01-01' });
    expect(packs.print(1, { fault: 'wrong_date' })).toMatchObject({
      code: '(01)04601234567893(17)261231(10)A7',
      expectedCode: '(01)04601234567893(17)270101(10)A7',
      date: '31.12.26',
      expectedDate: '2027-01-01',
    });
    expect(packs.print(1, { fault: 'wrong_label' }).code).toContain('04601234567909');
    expect(packs.print(1, { fault: 'missing_date' }).date).toBeUndefined();
    expect(packs.print(1, { fault: 'none' }).fault).toBeUndefined();
  });

  it('have a verdict for each fault, and are good without one', () => {
    expect(PRINT_FAULTS.map((fault) => verdictOf({ fault }))).not.toContain(undefined);
    expect(verdictOf({ fault: undefined })).toBe('good');
  });
});

describe('a line of text', () => {
  it('grows in proportion to its letters, and marks are narrow', () => {
    expect(textWidth('00000000', 6)).toBeCloseTo(8 * 5.3 - 1.3);
    expect(textWidth('00.00.00', 12)).toBeLessThan(2 * textWidth('00000000', 6));
  });
});
