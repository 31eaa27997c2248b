import { readFile, writeFile } from 'node:fs/promises';
import { GRAPH, readOnnx } from '../../models/src/onnx/model.ts';
import { withGraph } from '../../models/src/onnx/prepare.ts';
import { decode } from '../../models/src/onnx/schema.ts';
import { delimited, readFields, type WireField } from '../../models/src/onnx/wire.ts';
import { fractionsFrom } from '../../tests/support/dice.ts';

const FLOAT = 1;
const RAW_DATA = 9;
const FIELDS_MOST = 100_000;

/** How a model is made worse. */
export type Worse =
  /** Each weight is multiplied by 1 + `noise` times a number of a normal distribution: a bad training. */
  | { readonly kind: 'noise'; readonly noise: number; readonly seed: number }
  /** Of each tensor the smallest weights, this fraction of them, become 0: a compression that went too far. */
  | { readonly kind: 'pruned'; readonly fraction: number };

/**
 * Writes a model that is worse than the one at `from` by the weights of its matrices and convolutions alone; its inputs, outputs and
 * labels stay. The same arguments make the same model.
 */
export async function writeWorsened(from: string, to: string, worse: Worse): Promise<void> {
  const model = readOnnx(await readFile(from));
  const change = worse.kind === 'noise' ? noisy(worse) : pruned(worse);
  const graph = Buffer.concat(
    model.graphFields.map((field) => (field.number === GRAPH.initializer ? changed(field, change) : field.raw)),
  );
  await writeFile(to, withGraph(model, graph));
}

function changed(field: WireField, change: (weights: Float32Array) => void): Uint8Array {
  const { dims, data_type: type, raw_data: raw } = decode('TensorProto', field.content);
  if (type !== FLOAT || dims.length < 2 || raw.length === 0) return field.raw;
  const weights = new Float32Array(Uint8Array.from(raw).buffer);
  change(weights);
  const kept = readFields(field.content, FIELDS_MOST).filter(({ number }) => number !== RAW_DATA);
  const numbers = delimited(RAW_DATA, new Uint8Array(weights.buffer));
  return delimited(GRAPH.initializer, Buffer.concat([...kept.map((one) => one.raw), numbers]));
}

function noisy({ noise, seed }: { readonly noise: number; readonly seed: number }): (weights: Float32Array) => void {
  const fraction = fractionsFrom(seed);
  // Box and Muller.
  const normal = (): number => Math.sqrt(-2 * Math.log(1 - fraction())) * Math.cos(2 * Math.PI * fraction());
  return (weights) => weights.forEach((weight, n) => (weights[n] = weight * (1 + noise * normal())));
}

function pruned({ fraction }: { readonly fraction: number }): (weights: Float32Array) => void {
  return (weights) => {
    const sizes = weights.map(Math.abs).toSorted();
    const least = sizes[Math.floor(sizes.length * fraction)] ?? 0;
    weights.forEach((weight, n) => (weights[n] = Math.abs(weight) < least ? 0 : weight));
  };
}
