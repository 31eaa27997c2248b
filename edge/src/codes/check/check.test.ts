import { describe, expect, it } from 'vitest';
import {
  dateFormat,
  type Expectation,
  type FieldVerdict,
  judgeField,
  lotFormat,
  type RegionReading,
  voteOnPack,
} from '../index.ts';

const TODAY = { year: 2026, month: 11, day: 28 };
const EMPTY: RegionReading = { printed: false, codes: [], lines: [] };
const PRINTED: RegionReading = { ...EMPTY, printed: true };
const lines = (...texts: string[]): RegionReading => ({
  printed: true,
  codes: [],
  lines: texts.map((text) => ({ text, score: 0.9 })),
});
const code = (symbology: string, text: string): RegionReading => ({
  printed: true,
  codes: [{ symbology, text }],
  lines: [],
});
const judged = (expectation: Expectation, reading: RegionReading): FieldVerdict =>
  judgeField(expectation, reading, { today: TODAY });

const PRODUCT: Expectation = { kind: 'code', name: 'product', gtin: '4006381333931' };
const DATE: Expectation = {
  kind: 'date',
  name: 'best before',
  format: dateFormat('DD.MM.YY'),
  date: { year: 2027, month: 5, day: 27 },
};
const LOT: Expectation = { kind: 'lot', name: 'lot', slots: lotFormat("'L'9999A"), lot: 'L4711B' };
const MILK: Expectation = { kind: 'phrase', name: 'allergen', phrase: 'Contains milk', present: true };
const NUTS: Expectation = { kind: 'phrase', name: 'no nuts', phrase: 'hazelnuts', present: false };

describe('a field of a pack', () => {
  it.each([
    ['its EAN', PRODUCT, code('EAN13', '4006381333931'), 'good'],
    ['its product in GS1-128', PRODUCT, code('Code128', '0104006381333931' + '10A7'), 'good'],
    ['its product in a Digital Link', PRODUCT, code('QRCode', 'https://id.gs1.org/01/04006381333931'), 'good'],
    ['the EAN of another product', PRODUCT, code('EAN13', '4006381333948'), 'wrong'],
    ['only the QR code of an advertisement', PRODUCT, code('QRCode', 'https://example.com/win'), 'unreadable'],
    ['something printed that is no code', PRODUCT, PRINTED, 'unreadable'],
    ['nothing', PRODUCT, EMPTY, 'missing'],
    ['the date', DATE, lines('BBE 27.05.27'), 'good'],
    ['the date, misread by OCR', DATE, lines('BBE Z7.O5.27'), 'good'],
    ['production date and best-before date', DATE, lines('28.11.26', '27.05.27'), 'good'],
    ['another date', DATE, lines('28.05.27'), 'wrong'],
    ['a date that is none', DATE, lines('31.02.27'), 'unreadable'],
    ['a smear', DATE, lines('27..5'), 'unreadable'],
    ['no print', DATE, EMPTY, 'missing'],
    ['the lot', LOT, lines('L4711B'), 'good'],
    ['the lot, misread by OCR', LOT, lines('L47I18'), 'good'],
    ['another lot', LOT, lines('L4712B'), 'wrong'],
    ['the phrase over two lines', MILK, lines('ingredients ... CONTAINS', 'MILK.'), 'good'],
    ['other text', MILK, lines('Contains soya'), 'wrong'],
    ['a forbidden phrase', NUTS, lines('with hazelnuts'), 'wrong'],
    ['text without the forbidden phrase', NUTS, lines('with raisins'), 'good'],
    ['no text for a forbidden phrase', NUTS, PRINTED, 'unreadable'],
  ] as const)('with %s is judged', (_, expectation, reading, verdict) => {
    expect(judged(expectation, reading).verdict).toBe(verdict);
  });

  it('reports what was read against what was expected', () => {
    expect(judged(DATE, lines('28.05.27'))).toMatchObject({ expected: '2027-05-27', read: '2027-05-28' });
    expect(judged(LOT, lines('L47I18')).corrections).toEqual([
      { at: 3, read: 'I', taken: '1' },
      { at: 5, read: '8', taken: 'B' },
    ]);
  });

  it('counts only codes of the symbologies that the recipe names, under whatever name they are read', () => {
    const only = (...symbologies: string[]): Expectation => ({ ...PRODUCT, gtin: '036000291452', symbologies });
    const upc = code('EAN13', '0036000291452');
    expect(judged(only('UPCA'), upc).verdict).toBe('good');
    expect(judged(only('DataBar'), code('DataBarOmni', '0100036000291452')).verdict).toBe('good');
    expect(judged(only('ITF14'), upc).verdict).toBe('unreadable');
  });

  it('compares the identifiers of a GS1 code, dates as dates', () => {
    const expiry: Expectation = { kind: 'code', name: 'expiry', elements: { '17': '2027-05-31', '10': 'A7' } };
    expect(judged(expiry, code('DataMatrix', '17270500' + '10A7')).verdict).toBe('good');
    expect(judged(expiry, code('DataMatrix', '17270531' + '10A8')).verdict).toBe('wrong');
    expect(judged(expiry, code('DataMatrix', '2112345')).verdict).toBe('unreadable');
  });
});

describe('the verdict on a pack', () => {
  const of = (...frames: RegionReading[]) => voteOnPack(frames.map((frame) => [judged(DATE, frame)])).verdict;

  it('counts what most frames read', () => {
    expect(of(lines('28.05.27'), lines('27.05.27'), lines('27.05.27'))).toBe('good');
    expect(of(lines('28.05.27'), lines('28.05.27'), lines('27.05.27'))).toBe('wrong');
  });

  it('is unreadable where two readings are worth the same', () => {
    expect(of(lines('28.05.27'), lines('27.05.27'))).toBe('unreadable');
  });

  it('is taken from the frames that show the print', () => {
    expect(of(EMPTY, PRINTED, lines('27.05.27'))).toBe('good');
    expect(of(EMPTY, PRINTED)).toBe('unreadable');
    expect(of(EMPTY, EMPTY)).toBe('missing');
    expect(of()).toBe('unreadable');
  });

  it('is that of its worst field, and never good when one field cannot be read', () => {
    const frame = (reading: RegionReading) => [judged(DATE, reading), judged(LOT, reading)];
    expect(voteOnPack([frame(lines('27.05.27', 'L4711B'))]).verdict).toBe('good');
    expect(voteOnPack([frame(lines('27.05.27'))]).verdict).toBe('unreadable');
    expect(voteOnPack([frame(lines('28.05.27'))]).verdict).toBe('wrong');
  });
});

describe('a label', () => {
  const label: Expectation = {
    kind: 'label',
    name: 'label',
    place: { at: [0.5, 0.5], tolerance: 0.1 },
    angle: { degrees: 0, tolerance: 8 },
  };
  const at = (x: number, y: number, angle: number): RegionReading => ({
    ...EMPTY,
    codes: [{ symbology: 'EAN13', text: '4006381333931', mark: { at: [x, y], angle } }],
    lines: [{ text: 'far away', score: 1, mark: { at: [0, 0], angle: 90 } }],
  });

  it.each([
    ['in its place', at(0.53, 0.45, 355), 'good'],
    ['too far to the right', at(0.65, 0.5, 0), 'wrong'],
    ['crooked', at(0.5, 0.5, 20), 'wrong'],
    ['upside down', at(0.5, 0.5, 180), 'wrong'],
    ['with nothing on it that can be read', PRINTED, 'unreadable'],
    ['that is not there', EMPTY, 'missing'],
  ] as const)('%s is judged', (_, reading, verdict) => {
    expect(judged(label, reading).verdict).toBe(verdict);
  });

  it('is where its print is where it has no code, and only has to be there where no place is named', () => {
    const printed: RegionReading = { ...EMPTY, lines: [{ text: 'A', score: 1, mark: { at: [0.5, 0.52], angle: 2 } }] };
    expect(judged(label, printed).verdict).toBe('good');
    expect(judged({ kind: 'label', name: 'label' }, PRINTED).verdict).toBe('good');
  });
});
