import { readFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import type { LoadedOnnx } from './load.ts';
import { externalOf, GRAPH } from './model.ts';
import { PrepareError, withGraph } from './prepare.ts';
import { decode } from './schema.ts';
import { delimited, readFields, type WireField } from './wire.ts';

/** Field numbers of TensorProto. */
const TENSOR = { rawData: 9, externalData: 13, dataLocation: 14 } as const;

/** Above this the numbers stay where they are: one message must stay below 2 GiB. */
const INLINE_MOST = 1.5 * 2 ** 30;

/**
 * The model as one file: numbers that lie in files beside it are taken in, so that one hash covers all. The files must
 * have been checked.
 *
 * @throws PrepareError where they are too many.
 */
export async function inlineWeights(file: LoadedOnnx): Promise<Uint8Array> {
  const { model, bytes, path } = file;
  const outside = model.initializers.filter(({ external }) => external !== undefined);
  if (outside.length === 0) return bytes;
  if (outside.reduce((sum, tensor) => sum + tensor.bytes, bytes.length) > INLINE_MOST) {
    throw new PrepareError('its weights are too large for one file');
  }
  const files = new Map<string, Uint8Array>();
  for (const { external } of outside) {
    const location = external?.location ?? '';
    if (!files.has(location)) files.set(location, await readFile(join(dirname(path), location)));
  }
  const graph = Buffer.concat(
    model.graphFields.map((field) => (field.number === GRAPH.initializer ? inlined(field, files) : field.raw)),
  );
  return withGraph(model, graph);
}

function inlined(field: WireField, files: ReadonlyMap<string, Uint8Array>): Uint8Array {
  const tensor = decode('TensorProto', field.content);
  if (tensor.data_location !== 1) return field.raw;
  const { location, offset, length } = externalOf(tensor);
  const all = files.get(location) ?? new Uint8Array(0);
  const numbers = all.subarray(offset, length === undefined ? undefined : offset + length);
  const kept = readFields(field.content, 100_000).filter(
    ({ number }) => number !== TENSOR.externalData && number !== TENSOR.dataLocation,
  );
  return delimited(
    GRAPH.initializer,
    Buffer.concat([...kept.map(({ raw }) => raw), delimited(TENSOR.rawData, numbers)]),
  );
}
