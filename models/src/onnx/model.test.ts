import { writeFile } from 'node:fs/promises';
import { describe, expect, it } from 'vitest';
import { madeModel } from '../../../tests/support/made-model.ts';
import { encodeModel } from './encode-model.ts';
import { tempDir } from '../../../tests/support/temp-dir.ts';
import { ModelError } from '../errors/index.ts';
import { inspectOnnx } from './inspect.ts';
import { loadOnnx } from './load.ts';
import { GRAPH, MODEL, readOnnx } from './model.ts';
import { castBorder, prepareGraph } from './prepare.ts';
import { delimited, numberOf, readFields, WireError } from './wire.ts';

const MODEL_BYTES = madeModel({
  width: 16,
  height: 16,
  outputs: [{ name: 'out', shape: [1, 3] }],
  open: true,
  metadata: { names: "['a', 'b', 'c']" },
});

describe('an ONNX file', () => {
  it('inspecting an ONNX file gives its inputs, outputs, weights, operators and metadata', () => {
    const model = readOnnx(MODEL_BYTES);
    expect(model.inputs).toEqual([{ name: 'images', type: 'float32', shape: ['batch', 3, 'height', 'width'] }]);
    expect(model.outputs).toEqual([{ name: 'out', type: 'float32', shape: ['batch', 3] }]);
    expect(model.opsets.get('')).toBe(13);
    expect(model.metadata.get('names')).toBe("['a', 'b', 'c']");
    expect(model.nodes.map(({ op }) => op)).toContain('AveragePool');
    expect(model.initializers.find(({ name }) => name === 'out_part0_w')).toMatchObject({ dims: [48, 3], bytes: 576 });
  });

  it('inspecting a file with open sizes says that a run will show its family, not that none fits', async () => {
    await using dir = await tempDir();
    const path = dir.join('m.onnx');
    const image = { name: 'images', type: 'float32', shape: ['batch', 3, 'height', 'width'] };
    const node = { op: 'Identity', inputs: ['images'], outputs: ['output0'] };
    const outputs = [{ name: 'output0', type: 'float32', shape: ['batch', 84, 'anchors'] }];
    await writeFile(path, encodeModel({ inputs: [image], outputs, nodes: [node] }));
    expect(await inspectOnnx(path)).toMatchObject({ families: [], familyNeedsRun: true, obstacles: [] });
  });

  it('weights among the inputs of an old ONNX file do not count as inputs', () => {
    const model = readOnnx(
      encodeModel({
        inputs: [
          { name: 'x', type: 'float32', shape: [1, 3, 8, 8] },
          { name: 'w', type: 'float32', shape: [1] },
        ],
        outputs: [{ name: 'y', type: 'float32', shape: [1, 3, 8, 8] }],
        constants: [{ name: 'w', shape: [1], data: Float32Array.of(2) }],
        nodes: [{ op: 'Mul', inputs: ['x', 'w'], outputs: ['y'] }],
      }),
    );
    expect(model.inputs.map(({ name }) => name)).toEqual(['x']);
  });

  it('a cut ONNX file is refused wherever it was cut, and never read beyond its end', async () => {
    await using dir = await tempDir();
    const path = dir.join('m.onnx');
    for (let length = 0; length < MODEL_BYTES.length; length += 97) {
      await writeFile(path, MODEL_BYTES.subarray(0, length));
      await expect(loadOnnx(path), `${length} bytes`).rejects.toBeInstanceOf(ModelError);
    }
  });

  it('an ONNX file with any changed byte is either read or refused', async () => {
    await using dir = await tempDir();
    const path = dir.join('m.onnx');
    for (let at = 0; at < MODEL_BYTES.length; at += 41) {
      const spoiled = Uint8Array.from(MODEL_BYTES);
      spoiled[at] = (spoiled[at] ?? 0) ^ 0xff;
      await writeFile(path, spoiled);
      const outcome = await loadOnnx(path).then(
        () => 'read',
        (error: unknown) => (error instanceof ModelError ? 'refused' : error),
      );
      expect(['read', 'refused'], `byte ${at}`).toContain(outcome);
    }
  });

  it('an ONNX file with endlessly nested graphs is refused', async () => {
    await using dir = await tempDir();
    let body: Uint8Array = new Uint8Array(0);
    // A node whose attribute is a graph whose node ..., each a field inside the other.
    for (let depth = 0; depth < 3_000; depth += 1) body = delimited(1, delimited(5, delimited(6, body)));
    const path = dir.join('deep.onnx');
    await writeFile(path, Buffer.concat([Uint8Array.of(8, 7), delimited(MODEL.graph, body)]));
    await expect(loadOnnx(path)).rejects.toThrow(/deeper/);
  });
});

describe('fields of a message', () => {
  it('a message with too many fields is refused', () => {
    const many = Buffer.concat(Array.from({ length: 50 }, () => Uint8Array.of(8, 1)));
    expect(readFields(many, 50)).toHaveLength(50);
    expect(() => readFields(many, 49)).toThrow(WireError);
  });

  it('the fields of a message are read with their numbers, also negative ones', () => {
    const minusOne = Uint8Array.of(8, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 1);
    const [field] = readFields(minusOne, 1);
    expect(field === undefined ? undefined : numberOf(field)).toBe(-1);
  });

  it.each([
    ['a length beyond the end', [10, 200, 1]],
    ['a number that does not end', [8, 0x80, 0x80]],
    ['a group, which nobody writes any more', [11]],
    ['field number 0', [2, 0]],
  ])('are refused with %s', (_what, bytes) => {
    expect(() => readFields(Uint8Array.from(bytes), 10)).toThrow(WireError);
  });
});

describe('a prepared graph', () => {
  const UNKNOWN_IN_MODEL = Buffer.from(delimited(30, Buffer.from('of a later version')));
  const UNKNOWN_IN_GRAPH = Buffer.from(delimited(99, Buffer.from('of a later version too')));

  it('a prepared graph keeps every unknown field byte by byte', () => {
    const fields = readFields(MODEL_BYTES, 1_000);
    const graph = fields.find(({ number }) => number === MODEL.graph)?.content ?? new Uint8Array(0);
    const strange = Buffer.concat([
      ...fields.filter(({ number }) => number !== MODEL.graph).map(({ raw }) => raw),
      UNKNOWN_IN_MODEL,
      delimited(MODEL.graph, Buffer.concat([graph, UNKNOWN_IN_GRAPH])),
    ]);
    const model = readOnnx(strange);
    const input = {
      name: 'images',
      type: 'float32',
      layout: 'nchw',
      channels: 3,
      batch: undefined,
      height: 16,
      width: 16,
    } as const;
    const form = { input, width: 16, height: 16, color: 'bgr', mean: [1, 2, 3], std: [4, 5, 6] } as const;
    const { bytes } = prepareGraph(model, form, [{ name: 'out', type: 'float32', shape: [1, 3] }]);
    const again = readOnnx(bytes);
    const before = new Set(model.graphFields.map(({ raw }) => Buffer.from(raw).toString('hex')));
    const after = new Set(again.graphFields.map(({ raw }) => Buffer.from(raw).toString('hex')));
    const lost = [...before].filter((raw) => !after.has(raw));
    // The input and the output are written anew, with fixed sizes.
    expect(lost).toHaveLength(2);
    expect(Buffer.from(bytes).includes(UNKNOWN_IN_MODEL)).toBe(true);
    expect(Buffer.from(bytes).includes(UNKNOWN_IN_GRAPH)).toBe(true);
    expect(again.inputs).toEqual([{ name: 'pixels', type: 'uint8', shape: [1, 16, 16, 3] }]);
    expect(again.graphFields.filter(({ number }) => number === GRAPH.initializer)).toHaveLength(
      model.graphFields.filter(({ number }) => number === GRAPH.initializer).length,
    );
  });

  it('a prepared graph adds only names that the original does not have', () => {
    const model = readOnnx(
      encodeModel({
        inputs: [{ name: 'pixels', type: 'float32', shape: [1, 3, 8, 8] }],
        outputs: [{ name: 'prepared_cast', type: 'float32', shape: [1, 3, 8, 8] }],
        nodes: [{ op: 'Identity', inputs: ['pixels'], outputs: ['prepared_cast'] }],
      }),
    );
    const input = {
      name: 'pixels',
      type: 'float32',
      layout: 'nchw',
      channels: 3,
      batch: 1,
      height: 8,
      width: 8,
    } as const;
    const form = { input, width: 8, height: 8, color: 'rgb', mean: [0, 0, 0], std: [255, 255, 255] } as const;
    const again = readOnnx(prepareGraph(model, form, model.outputs).bytes);
    const made = again.nodes.flatMap(({ outputs }) => outputs);
    expect(new Set(made).size).toBe(made.length);
    expect(again.inputs.map(({ name }) => name)).toEqual(['pixels_2']);
  });

  it('a graph with an operator set that is too old is not prepared', () => {
    const old = readOnnx(
      encodeModel({
        inputs: [{ name: 'x', type: 'float16', shape: [1, 3, 8, 8] }],
        outputs: [{ name: 'y', type: 'float16', shape: [1, 3, 8, 8] }],
        nodes: [{ op: 'Identity', inputs: ['x'], outputs: ['y'] }],
        opset: 6,
      }),
    );
    expect(() => castBorder(old)).toThrow('operator set 6 is older than 7');
  });
});
