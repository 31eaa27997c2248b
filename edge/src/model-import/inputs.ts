import type { ModelInputs, ImageForm } from '@lineside/models';
import type { ProbedTensor } from '../inference/index.ts';

/** The inputs of one run of the original on packed pixels in its own channel order. */
export function originalFeeds(pixels: Uint8Array, form: ImageForm, inputs: ModelInputs): readonly ProbedTensor[] {
  const { input, width, height } = form;
  const { layout, channels } = input;
  const shape = layout === 'nchw' ? [1, channels, height, width] : [1, height, width, channels];
  const { name } = input;
  const picture: ProbedTensor =
    input.type === 'uint8'
      ? { name, type: 'uint8', shape, data: Uint8Array.from(planes(pixels, form, (value) => value)) }
      : { name, type: 'float32', shape, data: Float32Array.from(planes(pixels, form, scaled(form))) };
  return [picture, ...sizeFeeds(form, inputs)];
}

/** The inputs of one run of the prepared graph on packed RGB. */
export function preparedFeeds(
  pixels: Uint8Array,
  form: ImageForm,
  inputs: ModelInputs,
  name: string,
): readonly ProbedTensor[] {
  const { width, height } = form;
  return [{ name, type: 'uint8', shape: [1, height, width, 3], data: pixels }, ...sizeFeeds(form, inputs)];
}

/** Boxes are requested in pixels of the input: the decoder converts them to pixels of the image. */
function sizeFeeds({ width, height }: ImageForm, { sizes }: ModelInputs): readonly ProbedTensor[] {
  if (sizes === undefined) return [];
  const { name, type } = sizes;
  const shape = [1, 2];
  switch (type) {
    case 'int64':
      return [{ name, type, shape, data: BigInt64Array.of(BigInt(width), BigInt(height)) }];
    case 'int32':
      return [{ name, type, shape, data: Int32Array.of(width, height) }];
    case 'float32':
      return [{ name, type, shape, data: Float32Array.of(width, height) }];
  }
}

function scaled({ mean, std }: ImageForm): (value: number, channel: number) => number {
  return (value, channel) => (Math.fround(value) - (mean[channel] ?? 0)) / (std[channel] ?? 1);
}

/** Values in the input's layout, from packed pixels in the model's channel order. */
function planes(
  pixels: Uint8Array,
  { input, width, height, color }: ImageForm,
  value: (level: number, channel: number) => number,
): Float64Array {
  const cells = width * height;
  const { channels, layout } = input;
  const values = new Float64Array(cells * channels);
  const [red, blue] = color === 'rgb' ? [0, 2] : [2, 0];
  for (let cell = 0; cell < cells; cell++) {
    const at = 3 * cell;
    if (channels === 1) {
      // ITU-R BT.601, as in the prepared graph.
      const grey = 0.299 * (pixels[at + red] ?? 0) + 0.587 * (pixels[at + 1] ?? 0) + 0.114 * (pixels[at + blue] ?? 0);
      values[cell] = value(input.type === 'uint8' ? Math.trunc(grey) : grey, 0);
      continue;
    }
    for (let channel = 0; channel < 3; channel++) {
      const to = layout === 'nchw' ? channel * cells + cell : at + channel;
      values[to] = value(pixels[at + channel] ?? 0, channel);
    }
  }
  return values;
}

/** A copy with red and blue exchanged. */
export function exchanged(pixels: Uint8Array): Uint8Array {
  const turned = Uint8Array.from(pixels);
  for (let at = 0; at < turned.length; at += 3) {
    turned[at] = pixels[at + 2] ?? 0;
    turned[at + 2] = pixels[at] ?? 0;
  }
  return turned;
}
