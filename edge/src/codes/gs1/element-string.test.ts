import { describe, expect, it } from 'vitest';
import { dice } from '../../../../tests/support/dice.ts';
import { checkDigit, formatDate, readDigitalLink, readElementString } from '../index.ts';

const GS = '\u001d';
const read = (text: string) => readElementString(text, 2026);
const pairs = (text: string) => read(text).elements.map(({ ai, value }) => [ai, value]);

describe('a GS1 element string', () => {
  it('is read as scanned and as printed, with the same elements', () => {
    const expected = [
      ['01', '09501101530003'],
      ['17', '140704'],
      ['10', 'AB-123'],
    ];
    expect(pairs('0109501101530003' + '17140704' + '10AB-123')).toEqual(expected);
    expect(pairs(']d20109501101530003' + '17140704' + '10AB-123')).toEqual(expected);
    expect(pairs(`]C1${GS}0109501101530003` + `17140704${GS}` + '10AB-123')).toEqual(expected);
    expect(pairs('(01)09501101530003(17)140704(10)AB-123')).toEqual(expected);
  });

  it('needs a separator only behind a value of variable length', () => {
    expect(pairs(`10LOT7${GS}0109501101530003`)).toEqual([
      ['10', 'LOT7'],
      ['01', '09501101530003'],
    ]);
    expect(read(`10LOT7${GS}0109501101530003`).problem).toBeUndefined();
  });

  it('a printed value may hold a bracket', () => {
    expect(pairs('(10)A(B)C(21)7')).toEqual([
      ['10', 'A(B)C'],
      ['21', '7'],
    ]);
  });

  it('weights have the decimals that the identifier names', () => {
    const [weight, price] = read(`3103001750` + `3922` + '1299').elements;
    expect(weight).toMatchObject({ title: 'NET WEIGHT (kg)', amount: 1.75 });
    expect(price).toMatchObject({ title: 'PRICE', amount: 12.99 });
    expect(read('3932' + '978' + '1299').elements[0]?.amount).toBe(12.99);
  });

  it.each([
    ['17261231', '2026-12-31'],
    ['15270200', '2027-02-28'],
    ['17280200', '2028-02-29'],
    ['11760101', '2076-01-01'],
    ['11770101', '1977-01-01'],
  ])('the date in %s is %s', (text, date) => {
    const [element] = read(text).elements;
    expect(element?.date && formatDate(element.date)).toBe(date);
  });

  it.each([
    ['0109501101530004', 'check_digit', 2],
    ['17261301', 'not_a_date', 2],
    ['17260230', 'not_a_date', 2],
    ['0109501101', 'too_short', 2],
    [`10${'A'.repeat(21)}`, 'too_long', 2],
    ['10ABC~', 'wrong_character', 2],
    ['0109501101530003' + '0512', 'unknown_identifier', 16],
    ['', 'empty', 0],
    [']C1', 'empty', 0],
  ])('%s is refused with %s, and what is before it stays', (text, code, at) => {
    expect(read(text).problem).toMatchObject({ code, at });
    expect(read(text).elements.length).toBe(at > 2 ? 1 : 0);
  });

  it('reads back whatever elements were written, in any order', () => {
    const upTo = dice(11);
    const digits = (length: number): string => Array.from({ length }, () => upTo(10)).join('');
    const makers: (() => [string, string])[] = [
      () => {
        const body = digits(13);
        return ['01', `${body}${checkDigit(body)}`];
      },
      () => ['17', `${digits(1)}${upTo(10)}0${1 + upTo(9)}${10 + upTo(18)}`],
      () => ['10', Array.from({ length: 1 + upTo(20) }, () => 'ABC-19/_+'[upTo(9)]).join('')],
      () => ['21', digits(1 + upTo(20))],
      () => ['37', digits(1 + upTo(8))],
      () => [`310${upTo(6)}`, digits(6)],
      () => ['99', 'anything'],
    ];
    for (let round = 0; round < 300; round += 1) {
      const chosen = makers.toSorted(() => upTo(3) - 1).slice(0, 1 + upTo(makers.length));
      const elements = chosen.map((make) => make());
      const fixed = (ai: string): boolean => /^(?:01|17|31)/.test(ai);
      const text = elements.map(([ai, value]) => `${ai}${value}${fixed(ai) ? '' : GS}`).join('');
      expect(pairs(text)).toEqual(elements);
    }
  });

  it('never fails on what is no element string', () => {
    const throwDice = dice(12);
    for (let round = 0; round < 2000; round += 1) {
      const length = throwDice(30);
      const text = Array.from({ length }, () => '01237()]C\u001dA'[throwDice(11)]).join('');
      const { elements, problem } = read(text);
      expect(elements.length > 0 || problem !== undefined).toBe(true);
    }
  });
});

describe('a GS1 Digital Link', () => {
  it('has the elements of path and query', () => {
    const link = readDigitalLink('https://example.com/some/where/01/09506000134352/10/A%2F7?17=261231&utm=x', 2026);
    expect(link?.problem).toBeUndefined();
    expect(link?.elements.map(({ ai, value }) => [ai, value])).toEqual([
      ['01', '09506000134352'],
      ['10', 'A/7'],
      ['17', '261231'],
    ]);
  });

  it('may carry a GTIN of 13 digits', () => {
    expect(readDigitalLink('https://id.gs1.org/01/9506000134352', 2026)?.elements[0]?.value).toBe('09506000134352');
  });

  it('is not any other address', () => {
    expect(readDigitalLink('https://example.com/offers/7', 2026)).toBeUndefined();
    expect(readDigitalLink('4006381333931', 2026)).toBeUndefined();
    expect(readDigitalLink('https://example.com/01/%ZZ', 2026)).toBeUndefined();
  });
});
