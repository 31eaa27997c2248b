import { describe, expect, it } from 'vitest';
import { codeModules, printedCode } from '../../../tests/support/printed-codes.ts';
import { decode, prepareDecoder } from './decode.ts';
import { edgeWidth, sharpened } from './focus.ts';
import type { CodePicture, FoundCode } from './picture.ts';

/** Behind a lens that draws each point as an even spot of light, so many pixels across. */
function outOfFocus(picture: CodePicture, across: number): CodePicture {
  const { width, height, pixels } = picture;
  const radius = across / 2;
  const reach = Math.floor(radius);
  const offsets = Array.from({ length: 2 * reach + 1 }, (_, n) => n - reach);
  const spot = offsets.flatMap((dy) =>
    offsets.flatMap((dx) => (Math.hypot(dx, dy) <= radius ? [[dx, dy] as const] : [])),
  );
  const at = (x: number, y: number): number =>
    pixels[Math.max(0, Math.min(height - 1, y)) * width + Math.max(0, Math.min(width - 1, x))] ?? 0;
  const blurred = pixels.map((_, n) => {
    const sum = spot.reduce((total, [dx, dy]) => total + at((n % width) + dx, Math.floor(n / width) + dy), 0);
    return Math.round(sum / spot.length);
  });
  return { ...picture, pixels: blurred };
}

const CONTENTS = ['LOT 4711 / 2027-05-27', 'ABC-99881', 'MHD 16.03.26 L A7', 'A7/2026-03-16'];
const [CONTENT = ''] = CONTENTS;
const OPTIONS = { symbologies: ['DataMatrix'] } as const;
const dataMatrix = async (content: string, noise = 0): Promise<CodePicture> =>
  printedCode(await codeModules(content, 'DataMatrix'), { pixelsPerModule: 6, noise, degrees: 1 });

describe('the width of edges', () => {
  it('is about two pixels in focus, also where print is faint, noisy or smeared in one direction', async () => {
    const modules = await codeModules(CONTENT, 'DataMatrix');
    for (const print of [{}, { ink: 150 }, { noise: 12 }, { motion: 4 }])
      expect(edgeWidth(printedCode(modules, { pixelsPerModule: 5.5, ...print }))).toBeLessThan(3);
  });

  it('grows with the spot of the lens', async () => {
    const picture = await dataMatrix(CONTENT);
    const widths = [3, 5, 7, 9].map((across) => edgeWidth(outOfFocus(picture, across)));
    expect(widths).toEqual(widths.toSorted((a, b) => a - b));
    expect(widths[3]).toBeGreaterThan(5);
    expect(widths[3]).toBeLessThan(10);
  });

  it('is nothing in a picture without any edge', () => {
    expect(edgeWidth({ width: 40, height: 30, channels: 1, pixels: new Uint8Array(1200).fill(200) })).toBe(0);
  });
});

/** Contents that are read of all that are printed in modules of 6 pixels, behind a spot so many pixels across. */
async function readBehind(across: number, look: (picture: CodePicture) => Promise<readonly FoundCode[]>) {
  await prepareDecoder();
  const read: string[] = [];
  for (const content of CONTENTS) {
    const codes = await look(outOfFocus(await dataMatrix(content, 2), across));
    read.push(...codes.map(({ text }) => text));
  }
  return read;
}

describe('a Data Matrix out of focus', () => {
  it('is read where the decoder alone reads nothing, and no other content for it', async () => {
    expect(await readBehind(10, (picture) => decode(picture, { ...OPTIONS, secondLook: false }))).toEqual([]);
    const read = await readBehind(10, (picture) => decode(picture, OPTIONS));
    expect(read.length).toBeGreaterThan(CONTENTS.length / 2);
    expect(CONTENTS).toEqual(expect.arrayContaining(read));
  });

  it('is sharpened as widely as its edges are: a narrow mask makes nothing readable', async () => {
    const look = (edge: number) =>
      readBehind(10, (picture) => decode(sharpened(picture, edge), { ...OPTIONS, secondLook: false }));
    expect(await look(2)).toEqual([]);
    expect((await look(edgeWidth(outOfFocus(await dataMatrix(CONTENT, 2), 10)))).length).toBeGreaterThan(0);
  });

  it('is lost where a spot covers more than two of its modules', async () => {
    expect(await readBehind(14, (picture) => decode(picture, OPTIONS))).toEqual([]);
  });

  it('is measured in the picture as it is, which is not changed', async () => {
    await prepareDecoder();
    const picture = outOfFocus(await dataMatrix(CONTENT, 2), 10);
    const before = Uint8Array.from(picture.pixels);
    const sharp = sharpened(picture, edgeWidth(picture));
    expect(picture.pixels).toEqual(before);
    expect(edgeWidth(sharp)).toBeLessThan(edgeWidth(picture));
  });
});
