import { describe, expect, it } from 'vitest';
import { dice } from '../../../tests/support/dice.ts';
import { checkDigit, expandUpcE, gtin14, hasValidCheckDigit } from './index.ts';

describe('the check digit of GS1 keys', () => {
  // Examples of the GS1 General Specifications, 7.9.1, and of published symbols.
  it.each([
    ['629104150021', 3],
    ['37610425002123456', 9],
    ['0950600013435', 2],
    ['03600029145', 2],
    ['9638507', 4],
    ['400638133393', 1],
  ])('of %s is %i', (digits, check) => {
    expect(checkDigit(digits)).toBe(check);
    expect(hasValidCheckDigit(`${digits}${check}`)).toBe(true);
  });

  it('detects every single wrong digit', () => {
    const throwDice = dice(3);
    for (let round = 0; round < 200; round += 1) {
      const body = Array.from({ length: 12 }, () => throwDice(10)).join('');
      const full = `${body}${checkDigit(body)}`;
      const at = throwDice(13);
      const other = (Number(full[at]) + 1 + throwDice(9)) % 10;
      expect(hasValidCheckDigit(`${full.slice(0, at)}${other}${full.slice(at + 1)}`)).toBe(false);
    }
  });

  it('is not calculated from anything but digits', () => {
    expect(() => checkDigit('12a4')).toThrow(TypeError);
    expect(hasValidCheckDigit('')).toBe(false);
  });
});

describe('a GTIN', () => {
  it('is the same product in symbols of 12, 13 and 14 digits', () => {
    expect(gtin14('036000291452')).toBe('00036000291452');
    expect(gtin14('0036000291452')).toBe('00036000291452');
    expect(gtin14('00036000291452')).toBe('00036000291452');
  });

  it('with a wrong check digit or another length is none', () => {
    expect(gtin14('036000291453')).toBeUndefined();
    expect(gtin14('12345')).toBeUndefined();
  });

  it.each([
    ['04252614', '042100005264'],
    ['01234565', '012345000065'],
    ['06543217', '065100004327'],
  ])('of UPC-E %s is %s', (short, long) => {
    expect(expandUpcE(short)).toBe(long);
  });

  it('of a UPC-E number with a wrong check digit is none', () => {
    expect(expandUpcE('04252615')).toBeUndefined();
  });
});
