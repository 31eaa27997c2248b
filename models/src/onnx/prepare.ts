import { GRAPH, MODEL, type OnnxModel } from './model.ts';
import { encodeValue } from './encode-model.ts';
import { castTo, Chain, Names, preparedNode } from './nodes.ts';
import type { ImageInput } from './image-input.ts';
import { decode } from './schema.ts';
import { delimited, type WireField } from './wire.ts';

type Channels = readonly [number, number, number];

/** How the original takes its image. */
export interface ImageForm {
  readonly input: ImageInput;
  readonly width: number;
  readonly height: number;
  readonly color: 'rgb' | 'bgr';
  /** value = (pixel - mean) / std per channel of `color`, on 0..255; not for uint8. */
  readonly mean: Channels;
  readonly std: Channels;
  /** Images per run, fixed in the prepared graph; the original's first axis must be open. 1 when left out. */
  readonly batch?: number;
}

/** An output's type and shape as a run gave them. */
export interface RunOutput {
  readonly name: string;
  readonly type: string;
  readonly shape: readonly (number | string)[];
}

export interface Prepared {
  readonly bytes: Uint8Array;
  /** uint8 [1, height, width, 3], RGB. */
  readonly input: string;
}

/** Luma of ITU-R BT.601, which OpenCV and Pillow use for grey. */
const LUMA: Channels = [0.299, 0.587, 0.114];
/** Broadcasting as it is used here came with operator set 7. */
const OPSET_LEAST = 7;
const OTHER_FLOATS = new Set(['float16', 'float64', 'bfloat16']);

/** Why a graph cannot be prepared. */
export class PrepareError extends Error {
  override readonly name = 'PrepareError';
}

/**
 * Adds in front of the graph what the pixel loop would do: uint8 [1, H, W, 3] RGB, cast, transposed, channels in the
 * model's order, (pixel - mean) / std. Batch and size become fixed; with a batch, `outputs` are still those of one image.
 * Everything else is copied byte by byte.
 *
 * @throws PrepareError with the reason.
 */
export function prepareGraph(model: OnnxModel, form: ImageForm, outputs: readonly RunOutput[]): Prepared {
  checkOpset(model);
  const names = new Names(model);
  const input = names.fresh('pixels');
  const { batch = 1 } = form;
  const batched = (shape: RunOutput['shape']): RunOutput['shape'] => (batch === 1 ? shape : [batch, ...shape.slice(1)]);
  const rest = model.inputs.filter(({ name }) => name !== form.input.name);
  const graph = Buffer.concat([
    delimited(GRAPH.input, encodeValue({ name: input, type: 'uint8', shape: [batch, form.height, form.width, 3] })),
    ...headNodes(form, input, names).map((bytes) => delimited(GRAPH.node, bytes)),
    ...model.graphFields.filter((field) => !isBorder(field, model)).map(({ raw }) => raw),
    ...rest.map(({ name, type, shape }) =>
      delimited(GRAPH.input, encodeValue({ name, type, shape: [batch, ...shape.slice(1)] })),
    ),
    ...outputs.map(({ name, type, shape }) =>
      delimited(GRAPH.output, encodeValue({ name, type, shape: batched(shape) })),
    ),
  ]);
  return { bytes: withGraph(model, graph), input };
}

/**
 * The model with float32 where its inputs and outputs are of half or double precision; undefined where none is. A cast
 * output gets a new name, and so does the image input.
 *
 * @throws PrepareError with the reason.
 */
export function castBorder(model: OnnxModel): Uint8Array | undefined {
  const odd = [...model.inputs, ...model.outputs].some(({ type }) => OTHER_FLOATS.has(type));
  if (!odd) return undefined;
  checkOpset(model);
  const names = new Names(model);
  const [before, after]: [Uint8Array[], Uint8Array[]] = [[], []];
  const inputs = model.inputs.map(({ name, type, shape }) => {
    if (!OTHER_FLOATS.has(type)) return delimited(GRAPH.input, encodeValue({ name, type, shape }));
    const outer = names.fresh(`${name}_float32`);
    before.push(delimited(GRAPH.node, preparedNode('Cast', [outer], name, castTo(type))));
    return delimited(GRAPH.input, encodeValue({ name: outer, type: 'float32', shape }));
  });
  const outputs = model.outputs.map(({ name, type, shape }) => {
    if (!OTHER_FLOATS.has(type)) return delimited(GRAPH.output, encodeValue({ name, type, shape }));
    const outer = names.fresh(`${name}_float32`);
    after.push(delimited(GRAPH.node, preparedNode('Cast', [name], outer, castTo('float32'))));
    return delimited(GRAPH.output, encodeValue({ name: outer, type: 'float32', shape }));
  });
  const kept = model.graphFields.filter((field) => !isBorder(field, model)).map(({ raw }) => raw);
  return withGraph(model, Buffer.concat([...inputs, ...before, ...kept, ...after, ...outputs]));
}

function checkOpset(model: OnnxModel): void {
  const opset = model.opsets.get('') ?? model.opsets.get('ai.onnx') ?? 0;
  if (opset < OPSET_LEAST) throw new PrepareError(`operator set ${opset} is older than ${OPSET_LEAST}`);
}

/** Inputs and outputs are written again; inputs that are weights stay. */
function isBorder(field: WireField, model: OnnxModel): boolean {
  if (field.number === GRAPH.output) return true;
  if (field.number !== GRAPH.input) return false;
  const { name } = decode('ValueInfoProto', field.content);
  return model.inputs.some((input) => input.name === name);
}

export function withGraph(model: OnnxModel, graph: Uint8Array): Uint8Array {
  return Buffer.concat([
    ...model.fields.filter(({ number }) => number !== MODEL.graph).map(({ raw }) => raw),
    delimited(MODEL.graph, graph),
  ]);
}

/** From the bytes of the camera to the original's input, whose value is the last node's output. */
function headNodes(form: ImageForm, from: string, names: Names): readonly Uint8Array[] {
  const chain = new Chain(from, names);
  const { input, color } = form;
  chain.cast('float32');
  if (input.channels === 1) {
    const [red, green, blue] = LUMA;
    chain.with('MatMul', 'float32', [3, 1], [red, green, blue]);
  }
  if (input.layout === 'nchw') chain.add('Transpose', { perm: [0, 3, 1, 2] });
  if (input.channels === 3 && color === 'bgr') {
    chain.with('Gather', 'int64', [3], [2, 1, 0], { axis: input.layout === 'nchw' ? 1 : 3 });
  }
  if (input.type === 'uint8') chain.cast('uint8');
  else normalise(chain, form);
  return chain.endAs(input.name);
}

function normalise(chain: Chain, { input, mean, std }: ImageForm): void {
  const count = input.channels;
  const shape = input.layout === 'nchw' ? [1, count, 1, 1] : [1, 1, 1, count];
  if (mean.some((value) => value !== 0)) chain.with('Sub', 'float32', shape, mean.slice(0, count));
  if (std.some((value) => value !== 1)) chain.with('Div', 'float32', shape, std.slice(0, count));
}
