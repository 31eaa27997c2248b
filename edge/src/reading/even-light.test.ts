import { describe, expect, it } from 'vitest';
import { codeModules, printedCode } from '../../../tests/support/printed-codes.ts';
import { decode, prepareDecoder } from './decode.ts';
import { evenLight } from './even-light.ts';
import type { CodePicture } from './picture.ts';

/** A bright band, `alpha` of it in the middle, that fades to both sides, as a lamp in varnish leaves it. */
function withReflection(picture: CodePicture, at: number, half: number, alpha: number): CodePicture {
  const { width, pixels } = picture;
  const lit = pixels.map((value, index) => {
    const strength = Math.max(0, 1 - Math.abs((index % width) - at) / half) * alpha;
    return Math.round(value * (1 - strength) + 255 * strength);
  });
  return { ...picture, pixels: lit };
}

describe('a picture in even light', () => {
  it('has paper where nothing is printed, and the whole range where ink is little darker than paper', () => {
    const blank: CodePicture = { width: 60, height: 40, channels: 1, pixels: new Uint8Array(2400).fill(120) };
    expect(new Set(evenLight(blank).pixels)).toEqual(new Set([255]));
    const faint = Uint8Array.from({ length: 2400 }, (_, at) => (at % 8 < 4 ? 200 : 230));
    const { pixels } = evenLight({ ...blank, pixels: faint });
    expect([...new Set(pixels)].toSorted((a, b) => a - b)).toEqual([0, 255]);
  });

  it('takes colours as their grey, and needs no picture that divides into blocks', () => {
    const pixels = Uint8Array.from({ length: 3 * 17 * 11 }, (_, at) => (Math.floor(at / 3) % 2 === 0 ? 40 : 200));
    const even = evenLight({ width: 17, height: 11, channels: 3, pixels });
    expect(even).toMatchObject({ width: 17, height: 11, channels: 1 });
    expect(new Set(even.pixels)).toEqual(new Set([0, 255]));
  });
});

it('More codes are read under a reflection than the decoder reads without even light', async () => {
  await prepareDecoder();
  const modules = await codeModules('LOT 4711 / 2027-05-27', 'DataMatrix');
  let [read, plain] = [0, 0];
  for (let at = 40; at < 200; at += 20) {
    const picture = withReflection(printedCode(modules, { pixelsPerModule: 5 }), at, 50, 0.9);
    const found = await decode(picture, { symbologies: ['DataMatrix'] });
    if (found[0]?.text === 'LOT 4711 / 2027-05-27') read += 1;
    const alone = await decode(picture, { symbologies: ['DataMatrix'], secondLook: false });
    if (alone.length > 0) plain += 1;
    // Contrast is that of the picture as it is.
    if (found[0] !== undefined) expect(found[0].contrast).toBeGreaterThan(0.5);
  }
  expect(read).toBeGreaterThan(plain);
});
