import type { OnnxModel, OnnxValue } from './model.ts';

/** How the picture goes in, as far as the file says; a size that the file leaves open is undefined. */
export interface PictureInput {
  readonly name: string;
  readonly type: 'uint8' | 'float32' | 'float16' | 'float64';
  readonly layout: 'nhwc' | 'nchw';
  readonly channels: 1 | 3;
  readonly batch: number | undefined;
  readonly height: number | undefined;
  readonly width: number | undefined;
}

export interface ModelInputs {
  readonly picture: PictureInput;
  /** The size of the picture, for models that give boxes in its pixels. */
  readonly sizes: { readonly name: string; readonly type: 'int64' | 'int32' | 'float32' } | undefined;
}

/** Why a model cannot be fed with pictures. */
export interface Unfit {
  readonly unfit: string;
  readonly advice: string;
}

const TYPES = ['uint8', 'float32', 'float16', 'float64'] as const;

/** Which input takes the picture, and how; or why none can. `layout` decides where the shape leaves it open. */
export function readInputs(model: OnnxModel, layout?: 'nhwc' | 'nchw'): ModelInputs | Unfit {
  const pictures = model.inputs.flatMap((input) => pictureOf(input, layout) ?? []);
  const [picture] = pictures;
  const told = model.inputs.map(describe).join(', ') || 'none';
  if (picture === undefined) return { unfit: `no input takes a picture: ${told}`, advice: adviceFor(model) };
  const others = model.inputs.filter(({ name }) => name !== picture.name);
  const sizes = others.flatMap((input) => sizesOf(input) ?? []);
  if (others.length > sizes.length || sizes.length > 1) {
    const advice = 'export the model with the picture as its only input, or with orig_target_sizes [1, 2] beside it';
    return { unfit: `inputs that are not understood: ${told}`, advice };
  }
  return { picture, sizes: sizes[0] };
}

/** `images float32 [1, 3, 640, 640]` */
export function describe({ name, type, shape }: OnnxValue): string {
  return `${name} ${type} [${shape.join(', ')}]`;
}

function pictureOf(input: OnnxValue, asked: 'nhwc' | 'nchw' | undefined): PictureInput | undefined {
  const type = TYPES.find((known) => known === input.type);
  const [batch, second, third, fourth] = input.shape;
  if (type === undefined || input.shape.length !== 4) return undefined;
  const layout = asked ?? (isChannels(second) ? 'nchw' : isChannels(fourth) ? 'nhwc' : anyLayout(second, fourth));
  if (layout === undefined) return undefined;
  const [channels, height, width] = layout === 'nchw' ? [second, third, fourth] : [fourth, second, third];
  if (typeof channels === 'number' && channels !== 1 && channels !== 3) return undefined;
  const size = (value: number | string | undefined): number | undefined =>
    typeof value === 'number' ? value : undefined;
  return {
    name: input.name,
    type,
    layout,
    channels: channels === 1 ? 1 : 3,
    batch: size(batch),
    height: size(height),
    width: size(width),
  };
}

const isChannels = (size: number | string | undefined): boolean => size === 1 || size === 3;

/** With every dimension open, exporters of PyTorch are by far the most. */
function anyLayout(second: number | string | undefined, fourth: number | string | undefined): 'nchw' | undefined {
  return typeof second === 'string' && typeof fourth === 'string' ? 'nchw' : undefined;
}

function sizesOf({ name, type, shape }: OnnxValue): ModelInputs['sizes'] {
  const [, two] = shape;
  if (shape.length !== 2 || (two !== 2 && typeof two !== 'string')) return undefined;
  if (!/size|shape/i.test(name)) return undefined;
  return type === 'int64' || type === 'int32' || type === 'float32' ? { name, type } : undefined;
}

function adviceFor(model: OnnxModel): string {
  const text = model.inputs.some(({ name, type }) => type === 'string' || /input_ids|token|attention_mask/i.test(name));
  if (text) return 'this is a model for text; Lineside runs models that look at pictures';
  const table = model.inputs.every(({ shape }) => shape.length <= 2);
  if (table) return 'this is a model for tables of numbers; Lineside runs models that look at pictures';
  return 'the picture must come as [1, 3, height, width] or [1, height, width, 3] (1 instead of 3 for grey)';
}
