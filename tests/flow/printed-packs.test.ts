import { systemClock } from '@lineside/kit';
import { type Box, parseLine, PRINT_FAULTS, type PrintFault, Scene } from '@lineside/twin';
import { afterAll, describe, expect, it } from 'vitest';
import { CodeReader, type CodePicture, OcrReader } from '../../edge/src/reading/index.ts';
import { symbolOf } from '../../scripts/twin/src/printing/index.ts';
import { printedCode } from '../support/printed-codes.ts';

const { signal } = new AbortController();
const codes = new CodeReader({ clock: systemClock });
const text = new OcrReader({ clock: systemClock });
afterAll(() => Promise.all([codes.close(), text.close()]));

interface Shown {
  readonly picture: CodePicture;
  readonly truth: Readonly<Record<string, string | number | boolean>>;
}

/** A pack in the middle of the picture, cut out as its box says, as the twin shows it with one fault on each pack. */
function pack(prints: string, fault: PrintFault | 'none', packs = 'bottles'): Shown {
  const faults = fault === 'none' ? '{}' : `{ ${fault}: 1 }`;
  const scene = new Scene(
    parseLine(
      `{seed: 4, size: {width: 1600, height: 900}, fps: 50, periodSeconds: 60, cameras: [{id: labels, scene: product,
        packs: ${packs}, bottlesPerMinute: 120, secondsInView: 2.4, prints: {faults: ${faults}, ${prints}}}]}`,
      'line.yaml',
    ),
    'labels',
  );
  const [passage] = scene.events(3, 8).filter(({ kind }) => kind === 'passage');
  if (passage === undefined) throw new Error('no pack passes');
  const frame = Math.round(passage.start * scene.fps);
  const rgb = new Uint8Array(scene.frameBytes);
  scene.render(frame, rgb);
  const box = scene.truth(frame).find(({ objectId }) => objectId === passage.subject);
  if (box === undefined) throw new Error('the pack is not in the picture');
  return { picture: cut(rgb, scene.width, box), truth: passage.attributes };
}

function cut(rgb: Uint8Array, stride: number, { x1, y1, x2, y2 }: Box): CodePicture {
  const [left, top] = [Math.floor(x1), Math.floor(y1)];
  const [width, height] = [Math.floor(x2) - left, Math.floor(y2) - top];
  const pixels = new Uint8Array(width * height * 3);
  for (let y = 0; y < height; y += 1) {
    const from = ((top + y) * stride + left) * 3;
    pixels.set(rgb.subarray(from, from + width * 3), y * width * 3);
  }
  return { width, height, channels: 3, pixels };
}

interface Read {
  readonly code: string | undefined;
  readonly lines: readonly string[];
}

async function read({ picture }: Shown): Promise<Read> {
  const { codes: found, pixels } = await codes.read(picture, {}, signal);
  const { lines } = await text.readText({ ...picture, pixels }, signal);
  return { code: found[0]?.text, lines: lines.map((line) => line.text) };
}

const RIGHT = '01046012345678931726031610A7';

describe('a code of the twin', () => {
  it.each([
    ['ean13', '4601234567893', '4601234567893'],
    ['gs1-128', '(01)04601234567893(17)260316', '010460123456789317260316'],
    ['gs1datamatrix', '(01)04601234567893(17)260316(10)A7', RIGHT],
    ['gs1qrcode', '(01)04601234567893(17)260316(10)A7', RIGHT],
    ['qrcode', 'https://id.gs1.org/01/04601234567893', 'https://id.gs1.org/01/04601234567893'],
  ] as const)('of the kind %s is read by another library than the one that writes it', async (kind, content, read) => {
    const { width, height, dark } = symbolOf(kind, content);
    const modules = Array.from({ length: width * height }, () => false);
    for (const [x, y, wide, high] of dark)
      for (let row = y; row < y + high; row += 1) modules.fill(true, row * width + x, row * width + x + wide);
    const { codes: found } = await codes.read(printedCode({ width, height, dark: modules }), {}, signal);
    expect(found.map((code) => code.text)).toEqual([read]);
  });
});

describe('a pack of the twin', () => {
  it.each([
    ['ean13', '4601234567893', 'cartons'],
    ['gs1datamatrix', RIGHT, 'bottles'],
    ['gs1qrcode', RIGHT, 'bottles'],
  ])('with a code of the kind %s is read, code and text', async (symbol, content, packs) => {
    const { code, lines } = await read(pack(`symbol: ${symbol}`, 'none', packs));
    expect(code).toBe(content);
    expect(lines.join(' ')).toContain('16.03.26');
  });

  it.each(PRINT_FAULTS.map((fault) => [fault] as const))(
    'with the fault %s shows it, and its truth names it',
    async (fault) => {
      const shown = pack('exposureMs: 0.5', fault);
      const { code, lines } = await read(shown);
      const hasDate = lines.some((line) => line.includes('16.03.26'));
      expect(shown.truth).toMatchObject({ printFault: fault });
      switch (fault) {
        case 'faded':
        case 'crooked':
          expect({ code, hasDate }).toEqual({ code: RIGHT, hasDate: true });
          break;
        case 'wrong_label':
          expect({ code, hasDate }).toEqual({ code: RIGHT.replace('04601234567893', '04601234567909'), hasDate: true });
          break;
        case 'wrong_date':
          expect({ code, lines }).toMatchObject({
            code: RIGHT.replace('260316', '260315'),
            lines: ['15.03.26', 'L A7'],
          });
          break;
        case 'missing_date':
          expect({ code, lines }).toEqual({ code: RIGHT, lines: ['L A7'] });
          break;
        case 'missing_label':
          expect({ code, lines }).toEqual({ code: undefined, lines: [] });
          break;
        case 'smeared':
          expect({ code, hasDate }).toEqual({ code: undefined, hasDate: false });
          break;
        case 'overprinted':
        case 'unreadable_date':
          expect({ code, hasDate }).toEqual({ code: RIGHT, hasDate: false });
      }
    },
  );

  it('is read while it moves, and is not where it moves by several modules while the shutter is open', async () => {
    const sharp = await read(pack('exposureMs: 1', 'none'));
    expect(sharp.code).toBe(RIGHT);
    const moved = await read(pack('exposureMs: 40', 'none'));
    expect(moved.code).toBeUndefined();
  });
});
