import { type Clock, silentLogger, systemClock } from '@lineside/kit';
import { afterAll, describe, expect, it } from 'vitest';
import { codeModules, type Print, printedCode } from '../../../tests/support/printed-codes.ts';
import {
  CodeReader,
  type CodePicture,
  openRegionReader,
  type RegionPicture,
  RegionReader,
  type RegionsRead,
  type TextReader,
} from './index.ts';

const { signal } = new AbortController();
const codes = new CodeReader({ clock: systemClock });
afterAll(() => codes.close());

/** A text reader whose pictures end one by one, when the test lets them. */
function textReader(texts: readonly string[] = ['27.05.27']) {
  const waiting: (() => void)[] = [];
  const reader: TextReader = {
    readText: async ({ pixels }) => {
      await new Promise<void>((resolve) => waiting.push(resolve));
      const corners = [
        [0, 0],
        [10, 0],
        [10, 4],
        [0, 4],
      ] as const;
      return { lines: texts.map((text) => ({ text, score: 0.9, corners })), tookMs: 1, pixels };
    },
    close: async () => undefined,
  };
  return { reader, next: () => waiting.shift()?.() };
}

const readerWith = (text?: TextReader): RegionReader =>
  new RegionReader({ codes, text, clock: systemClock, log: silentLogger });
const ean = async (print?: Print): Promise<CodePicture> =>
  printedCode(await codeModules('4006381333931', 'EAN13'), print);
const blank = (): CodePicture => ({ width: 80, height: 40, channels: 1, pixels: new Uint8Array(3200).fill(200) });
const region = (name: string, picture: CodePicture, more: Partial<RegionPicture> = {}): RegionPicture => ({
  ...{ name, picture, symbologies: ['EAN13'], text: false },
  ...more,
});
const regionsOf = (read: RegionsRead) => (read.status === 'read' ? read.regions : []);

describe('the regions of a product', () => {
  it('are read one after the other, with the contrast and the quiet zone of their codes', async () => {
    const read = await readerWith().read([region('ean', await ean()), region('none', blank())], false, signal);
    expect(regionsOf(read)).toMatchObject([
      { name: 'ean', printed: true, codes: [{ text: '4006381333931' }], lines: [] },
      { name: 'none', printed: false, codes: [] },
    ]);
    const [first] = regionsOf(read);
    expect(first?.codes[0]?.contrast).toBeGreaterThan(0.8);
    // The picture has 12 modules of free space beside the code, which needs 11 on the left and 7 on the right.
    expect(first?.codes[0]?.quietZone).toBeGreaterThanOrEqual(1);
  });

  it('have less quiet zone where something is printed beside the code', async () => {
    const picture = await ean();
    const { width, height, pixels } = picture;
    for (let y = 0; y < height; y += 1) pixels.fill(10, y * width + 9, y * width + 18);
    const [read] = regionsOf(await readerWith().read([region('ean', picture)], false, signal));
    // 18 of 36 pixels are free: 6 modules of 11.
    expect(read?.codes[0]?.quietZone).toBeGreaterThan(0.35);
    expect(read?.codes[0]?.quietZone).toBeLessThan(0.7);
  });

  it.each([
    // With less free space than zxing asks for, an ITF or UPC-E code is not read at all.
    ['Code128', '4711-AB', undefined, [1, 1.5]],
    ['Code128', '4711-AB', 5, [0.4, 0.6]],
    ['Code128', '0123456789', 11, [1, 1.2]],
    ['ITF', '04601234567893', undefined, [1, 1.5]],
    ['UPCE', '01234565', undefined, [1, 1.5]],
    ['EAN8', '96385074', 4, [0.4, 0.75]],
  ] as const)(
    'measure the free space beside a %s of %s with a mark %s modules beside it',
    async (symbology, content, beside, range) => {
      const scale = 4;
      const modules = await codeModules(content, symbology);
      const picture = printedCode(modules, { pixelsPerModule: scale });
      const { width, height, pixels } = picture;
      if (beside !== undefined) {
        const from = Math.round((12 + modules.width + beside) * scale);
        for (let y = 0; y < height; y += 1) pixels.fill(10, y * width + from, y * width + from + scale);
      }
      const [read] = regionsOf(
        await readerWith().read([region('code', picture, { symbologies: [symbology] })], false, signal),
      );
      const { quietZone = Number.NaN } = read?.codes[0] ?? {};
      expect(quietZone).toBeGreaterThanOrEqual(range[0]);
      expect(quietZone).toBeLessThanOrEqual(range[1]);
    },
  );

  it.each([
    // Of a Data Matrix one module around must be free, of a QR code four; a mark stands so many modules beside it.
    ['DataMatrix', undefined, [1, 1.5]],
    ['DataMatrix', 3, [1, 1.5]],
    ['DataMatrix', 0.5, [0.3, 0.8]],
    ['QRCode', undefined, [1, 1.5]],
    ['QRCode', 5, [1, 1.4]],
    ['QRCode', 2, [0.3, 0.7]],
  ] as const)(
    'measure the free space around a %s with a mark %s modules beside it',
    async (symbology, beside, range) => {
      const scale = 6;
      const modules = await codeModules('LOT 4711 / 2027-05-27', symbology);
      const picture = printedCode(modules, { pixelsPerModule: scale });
      const { width, height, pixels } = picture;
      if (beside !== undefined) {
        const from = Math.round((12 + modules.width + beside) * scale);
        for (let y = 0; y < height; y += 1) pixels.fill(10, y * width + from, y * width + from + 12);
      }
      const [read] = regionsOf(
        await readerWith().read([region('code', picture, { symbologies: [symbology] })], false, signal),
      );
      const { quietZone = Number.NaN, unusedCorrection, modules: size } = read?.codes[0] ?? {};
      expect(quietZone).toBeGreaterThanOrEqual(range[0]);
      expect(quietZone).toBeLessThanOrEqual(range[1]);
      expect(unusedCorrection).toBe(1);
      expect(size).toEqual([modules.width, modules.height]);
    },
  );

  it('show how much error correction a damaged code needed', async () => {
    const modules = await codeModules('LOT 4711 / 2027-05-27', 'DataMatrix');
    const picture = printedCode(modules, { pixelsPerModule: 6 });
    for (let y = 0; y < 18; y += 1)
      picture.pixels.fill(235, (110 + y) * picture.width + 110, (110 + y) * picture.width + 128);
    const [read] = regionsOf(
      await readerWith().read([region('code', picture, { symbologies: ['DataMatrix'] })], false, signal),
    );
    expect(read?.codes[0]?.text).toBe('LOT 4711 / 2027-05-27');
    expect(read?.codes[0]?.unusedCorrection).toBeLessThan(1);
    expect(read?.codes[0]?.unusedCorrection).toBeGreaterThan(0);
  });

  it.each([
    ['a code that is smeared too much to be read', { motion: 7 }],
    ['a faint code', { ink: 190 }],
  ])('show that something is printed with %s', async (_, print) => {
    const read = await readerWith().read([region('ean', await ean(print))], false, signal);
    expect(regionsOf(read)[0]).toMatchObject({ printed: true });
  });

  it('show nothing printed on a surface with noise and shade', async () => {
    const pixels = Uint8Array.from({ length: 120 * 80 }, (_, at) => 120 + (at % 120) / 2 + ((at * 7919) % 13));
    const read = await readerWith().read([region('x', { width: 120, height: 80, channels: 1, pixels })], false, signal);
    expect(regionsOf(read)[0]).toMatchObject({ printed: false });
  });

  it('have their lines, and show something printed where a line is seen that cannot be read', async () => {
    const text = textReader(['', '27.05.27']);
    const pump = setInterval(text.next, 1);
    const read = await readerWith(text.reader).read([region('date', blank(), { text: true })], false, signal);
    clearInterval(pump);
    expect(regionsOf(read)).toMatchObject([{ printed: true, lines: [{ text: '27.05.27' }] }]);
  });

  it('say that no text reader is there, which is not the same as no text', async () => {
    const read = await readerWith().read([region('date', blank(), { text: true })], false, signal);
    expect(regionsOf(read)).toMatchObject([{ noTextReader: true, lines: [] }]);
  });
});

describe('the queue of the reader', () => {
  it('refuses what is too much, and never answers it with an empty result; of a recording it refuses nothing', async () => {
    const text = textReader();
    // Nothing waits too long here, however busy the machine is.
    const clock = { ...systemClock, monoMs: () => 0 };
    const reader = new RegionReader({ codes, text: text.reader, clock, log: silentLogger });
    const ask = (mustRead: boolean) => reader.read([region('d', blank(), { text: true })], mustRead, signal);
    const answers = Array.from({ length: 12 }, () => ask(false));
    const patient = ask(true);
    const full = answers
      .slice(8)
      .map((answer) => expect(answer).resolves.toEqual({ status: 'not_read', reason: 'queue_full' }));
    await Promise.all(full);
    const pump = setInterval(text.next, 1);
    const read = await Promise.all([...answers.slice(0, 8), patient]);
    clearInterval(pump);
    expect(read.map(({ status }) => status)).toEqual(Array.from({ length: 9 }, () => 'read'));
  });

  it('gives up what has waited too long', async () => {
    let nowMs = 0;
    const clock = { ...systemClock, monoMs: () => nowMs };
    const text = textReader();
    const reader = new RegionReader({ codes, text: text.reader, clock, log: silentLogger });
    const plain = region('d', blank(), { text: true });
    const first = reader.read([plain], false, signal);
    const second = reader.read([region('e', blank(), { text: true })], false, signal);
    // The first one has begun.
    await Promise.resolve();
    nowMs = 3000;
    const pump = setInterval(text.next, 1);
    expect(await first).toMatchObject({ status: 'read' });
    expect(await second).toEqual({ status: 'not_read', reason: 'too_late' });
    clearInterval(pump);
  });

  it('answers what fails as not read, and goes on', async () => {
    const failing: TextReader = { readText: () => Promise.reject(new Error('no')), close: async () => undefined };
    const reader = readerWith(failing);
    expect(await reader.read([region('d', blank(), { text: true })], false, signal)).toEqual({
      ...{ status: 'not_read', reason: 'failed' },
    });
    expect(await reader.read([region('e', blank())], false, signal)).toMatchObject({ status: 'read' });
  });

  it('waits far longer for a recording than for a camera, whose next pack comes', async () => {
    const deadlinesOf = async (mustRead: boolean): Promise<readonly number[]> => {
      const deadlines: number[] = [];
      const sleep: Clock['sleep'] = (ms, until) => {
        deadlines.push(ms);
        return systemClock.sleep(ms, until);
      };
      const reader = await openRegionReader({ ...systemClock, sleep }, silentLogger, mustRead);
      const read = await reader.read([region('ean', await ean())], mustRead, signal);
      expect(regionsOf(read)[0]?.codes).toHaveLength(1);
      // The start of the thread, and the picture.
      const both = deadlines.slice(0, 2);
      await reader.close();
      return both;
    };
    const [camera, recording] = [await deadlinesOf(false), await deadlinesOf(true)];
    expect(Math.min(...recording)).toBeGreaterThanOrEqual(10 * Math.max(...camera));
  });
});
