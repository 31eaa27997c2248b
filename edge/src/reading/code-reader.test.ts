import { systemClock } from '@lineside/kit';
import { afterAll, describe, expect, it } from 'vitest';
import { codeModules, printedCode } from '../../../tests/support/printed-codes.ts';
import { CodeReader, type CodePicture, type FoundCode } from './index.ts';

const { signal } = new AbortController();
const reader = new CodeReader({ clock: systemClock });
afterAll(() => reader.close());

const codesIn = async (picture: CodePicture): Promise<readonly FoundCode[]> =>
  (await reader.read(picture, {}, signal)).codes;

describe('a code on a pack', () => {
  it.each([
    ['4006381333931', 'EAN13', '4006381333931'],
    ['96385074', 'EAN8', '96385074'],
    ['036000291452', 'UPCA', '0036000291452'],
    ['14006381333938', 'ITF', '14006381333938'],
    ['LOT-7/A', 'Code128', 'LOT-7/A'],
    ['https://id.gs1.org/01/04006381333931', 'QRCode', 'https://id.gs1.org/01/04006381333931'],
  ] as const)('%s as %s is read', async (text, format, content) => {
    const [code, ...others] = await codesIn(printedCode(await codeModules(text, format)));
    expect(code?.text).toBe(content);
    expect(code?.gs1).toBe(false);
    expect(others).toEqual([]);
  });

  it.each(['Code128', 'DataMatrix'] as const)('of GS1 as %s is read with its separators', async (format) => {
    const modules = await codeModules('(01)04006381333931(10)A7(17)270527', format, true);
    const [code] = await codesIn(printedCode(modules));
    expect(code?.gs1).toBe(true);
    expect(code?.text).toBe('010400638133393110A7\u001d17270527');
  });

  it.each([
    ['upside down', { degrees: 180 }],
    ['sideways', { degrees: 90 }],
    ['crooked', { degrees: 17 }],
    ['faded', { ink: 180 }],
    ['smeared by motion', { motion: 3 }],
    ['noisy', { noise: 25 }],
  ])('that is %s is read', async (_, print) => {
    const [code] = await codesIn(printedCode(await codeModules('4006381333931', 'EAN13'), print));
    expect(code?.text).toBe('4006381333931');
  });

  it('has the corners at which it stands, and the contrast of its print', async () => {
    const modules = await codeModules('4006381333931', 'EAN13');
    const [strong] = await codesIn(printedCode(modules));
    const [faded] = await codesIn(printedCode(modules, { ink: 150 }));
    expect(strong?.contrast).toBeCloseTo((235 - 20) / 255, 2);
    expect(faded?.contrast).toBeCloseTo((235 - 150) / 255, 2);
    const [left] = strong?.corners[0] ?? [];
    expect(Math.abs((left ?? 0) - 36)).toBeLessThan(4);
  });

  it('is not seen in noise, in a blank picture, and in a code that is destroyed', async () => {
    const blank: CodePicture = { width: 200, height: 100, channels: 1, pixels: new Uint8Array(20_000).fill(200) };
    expect(await codesIn(blank)).toEqual([]);
    const modules = await codeModules('4006381333931', 'EAN13');
    expect(await codesIn(printedCode(modules, { motion: 14 }))).toEqual([]);
  });
});

describe('a reader', () => {
  it('gives the buffer of the pixels back, and reads in the order of the calls', async () => {
    const modules = await Promise.all(
      ['96385074', '4006381333931'].map((text) => codeModules(text, text.length === 8 ? 'EAN8' : 'EAN13')),
    );
    const pictures = modules.map((one) => printedCode(one));
    const sizes = pictures.map(({ pixels }) => pixels.length);
    const readings = await Promise.all(pictures.map((picture) => reader.read(picture, {}, signal)));
    expect(readings.map(({ codes }) => codes[0]?.text)).toEqual(['96385074', '4006381333931']);
    expect(readings.map(({ pixels }) => pixels.length)).toEqual(sizes);
    expect(pictures.map(({ pixels }) => pixels.length)).toEqual([0, 0]);
  });

  it('fails for a picture whose size is a lie, and reads the next one', async () => {
    const lie: CodePicture = { width: -5, height: 3, channels: 1, pixels: new Uint8Array(9) };
    await expect(reader.read(lie, {}, signal)).rejects.toMatchObject({ code: 'reading_failed' });
    expect(await codesIn(printedCode(await codeModules('96385074', 'EAN8')))).toHaveLength(1);
  });

  it('is replaced when a picture takes too long, and reads the next one', async () => {
    const impatient = new CodeReader({ clock: systemClock, deadlineMs: 1 });
    const large: CodePicture = { width: 4000, height: 3000, channels: 1, pixels: new Uint8Array(12_000_000) };
    await expect(impatient.read(large, {}, signal)).rejects.toMatchObject({ code: 'reading_timeout' });
    await expect(impatient.read({ ...large, pixels: new Uint8Array(12_000_000) }, {}, signal)).rejects.toMatchObject({
      code: 'reading_timeout',
    });
    await impatient.close();
    await expect(impatient.read(large, {}, signal)).rejects.toMatchObject({ code: 'reader_closed' });
  });
});
