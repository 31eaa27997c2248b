import type { ModelManifest } from '@lineside/models';
import { describe, expect, it } from 'vitest';
import { pixelReader } from './pixels.ts';

const INPUT: ModelManifest['input'] = {
  name: 'images',
  type: 'uint8',
  layout: 'nhwc',
  width: 2,
  height: 1,
  color: 'rgb',
  letterbox: { anchor: 'center', fill: 0 },
};
const PACKED = Uint8Array.of(0, 51, 102, 153, 204, 255);

describe('the conversion of packed bytes to the input of a model', () => {
  it('uint8 NHWC pixels are passed on unchanged', () => {
    expect(pixelReader(INPUT)(PACKED)).toBe(PACKED);
  });

  it('channels are sorted into planes', () => {
    expect([...pixelReader({ ...INPUT, layout: 'nchw' })(PACKED)]).toEqual([0, 153, 51, 204, 102, 255]);
  });

  it('pixels are divided by 255 when the manifest gives no scale', () => {
    const values = pixelReader({ ...INPUT, type: 'float32', layout: 'nchw' })(PACKED);
    for (const [n, value] of [0, 0.6, 0.2, 0.8, 0.4, 1].entries()) expect(values[n]).toBeCloseTo(value, 6);
  });

  it('mean and deviation are applied per channel when the manifest gives them', () => {
    const read = pixelReader({ ...INPUT, type: 'float32', mean: [0, 51, 2], std: [1, 51, 50] });
    expect([...read(PACKED)]).toEqual([0, 0, 2, 153, 3, expect.closeTo(5.06, 6)]);
  });
});
