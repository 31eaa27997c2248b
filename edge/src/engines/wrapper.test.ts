import { writeFile } from 'node:fs/promises';
import { InferenceSession } from 'onnxruntime-node';
import protobuf from 'protobufjs';
import { describe, expect, it } from 'vitest';
import { tempDir } from '../../../tests/support/temp-dir.ts';
import { encodeWrapper } from './wrapper.ts';

const INPUTS = [{ name: 'images', type: 'uint8', shape: [1, 640, 640, 3] }];
const OUTPUTS = [{ name: 'output0', type: 'float32', shape: [1, 84, 8400] }];

interface Attribute {
  readonly name: string;
  readonly type: number;
  readonly i?: number;
  readonly s?: string;
}

describe('the wrapper of an engine', () => {
  it('is a model that ONNX Runtime understands and hands to the TensorRT provider alone', async () => {
    await using dir = await tempDir();
    const path = dir.join('model.onnx');
    await writeFile(path, encodeWrapper('model.engine', INPUTS, OUTPUTS));
    const loading = InferenceSession.create(path, { executionProviders: ['cpu'], logSeverityLevel: 4 });
    // No provider of this build takes the node: the file was read, checked and partitioned before that is said.
    await expect(loading).rejects.toThrow(/EPContext.*TensorrtExecutionProvider|TensorrtExecutionProvider.*EPContext/s);
  });

  it('names the engine beside it and the shapes as they are', () => {
    const bytes = encodeWrapper('model.engine', INPUTS, OUTPUTS);
    const schema = protobuf.parse(
      `syntax = "proto3"; package o;
       message M { int64 ir = 1; G graph = 7; repeated O opset = 8; } message O { string domain = 1; int64 version = 2; }
       message G { repeated N node = 1; string name = 2; repeated V input = 11; repeated V output = 12; }
       message N { repeated string input = 1; repeated string output = 2; string op = 4; repeated A attribute = 5; string domain = 7; }
       message A { string name = 1; int64 i = 3; bytes s = 4; int32 type = 20; }
       message V { string name = 1; T type = 2; } message T { X tensor = 1; } message X { int32 element = 1; S shape = 2; }
       message S { repeated D dim = 1; } message D { int64 value = 1; }`,
      { keepCase: true },
    ).root;
    const proto = schema.lookupType('o.M');
    const model = proto.toObject(proto.decode(bytes), { longs: Number, bytes: String }) as {
      readonly graph: { readonly node: readonly { readonly attribute: readonly Attribute[] }[] };
    };
    expect(model).toMatchObject({
      opset: [{ version: 17 }, { domain: 'com.microsoft', version: 1 }],
      graph: {
        node: [{ input: ['images'], output: ['output0'], op: 'EPContext', domain: 'com.microsoft' }],
        input: [
          {
            name: 'images',
            type: { tensor: { element: 2, shape: { dim: [1, 640, 640, 3].map((value) => ({ value })) } } },
          },
        ],
        output: [{ name: 'output0', type: { tensor: { element: 1 } } }],
      },
    });
    const reported = Object.fromEntries(
      (model.graph.node[0]?.attribute ?? []).map(({ name, type, i = 0, s = '' }) => [
        name,
        type === 2 ? i : Buffer.from(s, 'base64').toString(),
      ]),
    );
    expect(reported).toMatchObject({ embed_mode: 0, ep_cache_context: 'model.engine' });
  });

  it('refuses a type that no engine has', () => {
    expect(() => encodeWrapper('e', [{ name: 'x', type: 'string', shape: [1] }], OUTPUTS)).toThrow(RangeError);
  });
});
