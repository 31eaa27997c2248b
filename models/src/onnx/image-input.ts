import type { OnnxModel, OnnxValue } from './model.ts';

/** The input that takes the image, as far as the file says; a size that the file leaves open is undefined. */
export interface ImageInput {
  readonly name: string;
  readonly type: 'uint8' | 'float32' | 'float16' | 'float64';
  readonly layout: 'nhwc' | 'nchw';
  readonly channels: 1 | 3;
  readonly batch: number | undefined;
  readonly height: number | undefined;
  readonly width: number | undefined;
}

export interface ModelInputs {
  readonly image: ImageInput;
  /** The input for the size of the image, for models that give boxes in its pixels. */
  readonly sizes: { readonly name: string; readonly type: 'int64' | 'int32' | 'float32' } | undefined;
}

/** Why a model cannot take images. */
export interface Unfit {
  readonly unfit: string;
  readonly advice: string;
}

const TYPES = ['uint8', 'float32', 'float16', 'float64'] as const;

/** Which input takes the image, and how; or why none can. `layout` decides where the shape leaves it open. */
export function readInputs(model: OnnxModel, layout?: 'nhwc' | 'nchw'): ModelInputs | Unfit {
  const images = model.inputs.flatMap((input) => imageInputOf(input, layout) ?? []);
  const [image] = images;
  const listed = model.inputs.map(describe).join(', ') || 'none';
  if (image === undefined) return { unfit: `no input takes an image: ${listed}`, advice: adviceFor(model) };
  const others = model.inputs.filter(({ name }) => name !== image.name);
  const sizes = others.flatMap((input) => sizesOf(input) ?? []);
  if (others.length > sizes.length || sizes.length > 1) {
    const advice = 'export the model with the image as its only input, or with orig_target_sizes [1, 2] beside it';
    return { unfit: `inputs that are not understood: ${listed}`, advice };
  }
  return { image, sizes: sizes[0] };
}

/** `images float32 [1, 3, 640, 640]` */
export function describe({ name, type, shape }: OnnxValue): string {
  return `${name} ${type} [${shape.join(', ')}]`;
}

function imageInputOf(input: OnnxValue, asked: 'nhwc' | 'nchw' | undefined): ImageInput | undefined {
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

/** With every dimension open, most files come from PyTorch, whose layout is NCHW. */
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
  if (text) return 'this is a model for text; Lineside runs models for images';
  const table = model.inputs.every(({ shape }) => shape.length <= 2);
  if (table) return 'this is a model for tables of numbers; Lineside runs models for images';
  return 'the image must be [1, 3, height, width] or [1, height, width, 3] (1 instead of 3 for grey)';
}
