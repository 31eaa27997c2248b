import sharp from 'sharp';
import { expect, it } from 'vitest';
import { type EmbeddedFacts, embeddedFacts, withJpegFacts, withVideoFacts } from './index.ts';

const FACTS: EmbeddedFacts = {
  ...{ camera: 'packing "1" & <2>', event: 'e1', atMs: 1_790_000_000_123, clock: 'synced', privacy: 'people' },
  source: { width: 1920, height: 1080 },
  boxes: [{ box: [1, 2, 3.5, 4], text: 'bare_head 0.87', colour: 'bad' }],
};
const jpeg = (): Promise<Buffer> =>
  sharp({ create: { width: 32, height: 16, channels: 3, background: '#336699' } })
    .jpeg()
    .toBuffer();

it('a JPEG carries its facts as XMP, and its pixels stay as they were', async () => {
  const plain = await jpeg();
  const file = withJpegFacts(plain, FACTS);
  expect(embeddedFacts(file)).toEqual(FACTS);
  expect(await sharp(file).raw().toBuffer()).toEqual(await sharp(plain).raw().toBuffer());
  const { xmp } = await sharp(file).metadata();
  expect(xmp?.toString()).toContain('xmp:CreateDate="2026-09-21T14:13:20.123Z"');
  expect(xmp?.toString()).toContain('clock synced');
});

it('boxes that do not fit into a JPEG are left out, and the rest is there', async () => {
  const boxes = Array.from({ length: 2000 }, (_, n) => ({ ...FACTS.boxes![0]!, text: `number ${n}` }));
  expect(embeddedFacts(withJpegFacts(await jpeg(), { ...FACTS, boxes }))).toEqual({ ...FACTS, boxes: [] });
});

it('an MP4 carries its facts in a box at its end', () => {
  const mp4 = Buffer.from('0000000c6674797069736f6d', 'hex');
  const file = withVideoFacts(mp4, FACTS);
  expect(file.subarray(0, mp4.length)).toEqual(mp4);
  expect(file.readUInt32BE(mp4.length)).toBe(file.length - mp4.length);
  expect(file.toString('latin1', mp4.length + 4, mp4.length + 8)).toBe('uuid');
  expect(embeddedFacts(file)).toEqual(FACTS);
});

it('a file without facts, and one whose facts are damaged, has none', async () => {
  expect(embeddedFacts(await jpeg())).toBeUndefined();
  const file = withJpegFacts(await jpeg(), FACTS);
  const at = file.indexOf('lineside:facts="');
  file.write('x', at + 16);
  expect(embeddedFacts(file)).toBeUndefined();
});

it('a small picture of the frame lies in the XMP too, and is left out where it does not fit', async () => {
  const plain = await jpeg();
  const small = await sharp(plain).resize(16, 8).jpeg().toBuffer();
  const file = withJpegFacts(plain, FACTS, small.toString('base64'));
  expect(embeddedFacts(file)).toEqual(FACTS);
  const { xmp = Buffer.alloc(0) } = await sharp(file).metadata();
  const image = /<xmpGImg:image>([^<]+)</.exec(xmp.toString())?.[1] ?? '';
  expect(await sharp(Buffer.from(image, 'base64')).metadata()).toMatchObject({ format: 'jpeg', width: 16, height: 8 });
  const large = withJpegFacts(plain, FACTS, 'A'.repeat(70_000));
  expect(embeddedFacts(large)).toEqual(FACTS);
  expect(large.length).toBeLessThan(plain.length + 2_000);
});
