import type { GraphFacts } from '../families/index.ts';
import type { OnnxModel, OnnxNode } from './model.ts';
import { floatsOf } from './model.ts';
import { decode } from './schema.ts';
import { GRAPH } from './model.ts';

/** Operators that move numbers without changing them, as far as scores are concerned. */
const MOVING = new Set([
  'Reshape',
  'Transpose',
  'Concat',
  'Squeeze',
  'Unsqueeze',
  'Flatten',
  'Cast',
  'Identity',
  'DequantizeLinear',
  'QuantizeLinear',
  'Slice',
  'Split',
  'Gather',
]);
const STEPS_MOST = 24;

/** What recognising a family of `model` is based on; `rest.outputs` with the shapes of a run, where there was one. */
export function graphFacts(model: OnnxModel, rest: Omit<GraphFacts, 'makers'>): GraphFacts {
  return { ...rest, makers: (output) => makersOf(model, output) };
}

/** The operators that computed the numbers of `output`, ignoring those that only move them. */
export function makersOf(model: OnnxModel, output: string): ReadonlySet<string> {
  const producer = new Map(model.nodes.flatMap((node) => node.outputs.map((name) => [name, node] as const)));
  const makers = new Set<string>();
  let front: readonly OnnxNode[] = [producer.get(output)].flatMap((node) => node ?? []);
  for (let step = 0; step < STEPS_MOST && front.length > 0; step += 1) {
    const next: OnnxNode[] = [];
    for (const node of front) {
      if (!MOVING.has(node.op)) makers.add(node.op);
      // Of all these only Concat has several inputs that carry scores.
      else
        for (const name of node.op === 'Concat' ? node.inputs : node.inputs.slice(0, 1))
          next.push(...[producer.get(name)].flatMap((found) => found ?? []));
    }
    front = [...new Set(next)];
  }
  return makers;
}

/**
 * Whether the graph itself brings pixels from 0..255 to the model's range: its first arithmetic on the input divides by
 * about 255, or subtracts a mean that only makes sense on that range.
 */
export function wantsRawPixels(model: OnnxModel, input: string): boolean {
  let name = input;
  for (let step = 0; step < STEPS_MOST; step += 1) {
    const node: OnnxNode | undefined = model.nodes.find(({ inputs }) => inputs.includes(name));
    if (node === undefined) return false;
    const other = node.inputs.find((candidate) => candidate !== name);
    const most = other === undefined ? undefined : largest(model, other);
    if (most !== undefined) {
      if (node.op === 'Div') return most > 20 && most <= 256;
      if (node.op === 'Mul') return most > 0 && most < 0.05;
      if (node.op === 'Sub' || node.op === 'Add') return most > 20;
    }
    if (!MOVING.has(node.op) || node.op === 'Concat') return false;
    name = node.outputs[0] ?? '';
  }
  return false;
}

/** Largest absolute number of a small constant. */
function largest(model: OnnxModel, name: string): number | undefined {
  const made = model.nodes.find(({ op, outputs }) => op === 'Constant' && outputs.includes(name));
  const inline = made?.attributes.find((attribute) => attribute.name === 'value')?.t;
  const numbers = inline === undefined || inline === null ? initializer(model, name) : floatsOf(inline);
  return numbers.length === 0 ? undefined : Math.max(...numbers.map(Math.abs));
}

function initializer(model: OnnxModel, name: string): readonly number[] {
  const index = model.initializers.findIndex((tensor) => tensor.name === name);
  const known = model.initializers[index];
  if (known === undefined || known.bytes > 4_096 || known.external !== undefined) return [];
  const field = model.graphFields.filter(({ number }) => number === GRAPH.initializer)[index];
  return field === undefined ? [] : floatsOf(decode('TensorProto', field.content));
}
