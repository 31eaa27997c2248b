import { writeFile } from 'node:fs/promises';
import { describe, expect, it } from 'vitest';
import { madeModel } from '../../../tests/support/made-model.ts';
import { tempDir } from '../../../tests/support/temp-dir.ts';
import { checkOnnxFile } from './onnx-file.ts';

const zip = (name: string): Buffer => {
  const head = Buffer.alloc(30);
  head.write('PK\u0003\u0004', 'latin1');
  head.writeUInt16LE(name.length, 26);
  return Buffer.concat([head, Buffer.from(name)]);
};
const tensors = (): Buffer =>
  Buffer.concat([Buffer.from([0x20, 0, 0, 0, 0, 0, 0, 0]), Buffer.from('{"__metadata__":{}}')]);
const MODEL = Buffer.from(madeModel({ width: 16, height: 16, outputs: [{ name: 'out', shape: [1, 3] }] }));

describe('a file that is no ONNX model', () => {
  const cases: readonly (readonly [string, string, Buffer, RegExp])[] = [
    ['a saved web page', 'not_onnx', Buffer.from('<!DOCTYPE html>\n<html lang="en"><head>'), /web page/],
    ['a saved web page that begins with empty lines', 'not_onnx', Buffer.from('\n\n\n<html>\n<body>'), /web page/],
    ['a saved web page with a comment before it', 'not_onnx', Buffer.from('<!-- x -->\n<HTML>'), /web page/],
    ['the refusal of a server', 'not_onnx', Buffer.from('{"error": "Repository not found"}'), /JSON/],
    [
      'a pointer of Git LFS',
      'not_onnx',
      Buffer.from('version https://git-lfs.github.com/spec/v1\noid sha256:00\n'),
      /Git LFS/,
    ],
    ['a checkpoint of PyTorch', 'not_onnx', zip('best/data.pkl'), /PyTorch/],
    ['a model of Keras', 'not_onnx', zip('metadata.json'), /Keras/],
    ['an archive', 'not_onnx', zip('model.onnx'), /ZIP/],
    ['a compressed file', 'not_onnx', Buffer.from([0x1f, 0x8b, 8, 0]), /gzip/],
    ['a model in HDF5', 'not_onnx', Buffer.from('\u0089HDF\r\n\u001a\n', 'latin1'), /HDF5/],
    ['a model of TensorFlow Lite', 'not_onnx', Buffer.from('\u001c\0\0\0TFL3', 'latin1'), /TensorFlow Lite/],
    ['a file of weights alone', 'not_onnx', tensors(), /safetensors/],
    ['a file of OpenVINO', 'not_onnx', Buffer.from('<?xml version="1.0"?>\n<net name="a">'), /XML/],
    ['an empty file', 'not_onnx', Buffer.alloc(0), /empty/],
    ['a file of zeros', 'not_onnx', Buffer.alloc(5000), /zeros/],
    ['a text', 'not_onnx', Buffer.from('404: Not Found'), /begins with "404: Not Found"/],
    ['a model that is cut', 'model_truncated', MODEL.subarray(0, MODEL.length - 40), /ends too early.*bytes are there/],
  ];

  it.each(cases)('is named as %s', async (_what, code, bytes, message) => {
    await using dir = await tempDir();
    await writeFile(dir.join('m.onnx'), bytes);
    const problem = await checkOnnxFile(dir.join('m.onnx'));
    expect(problem).toMatchObject({ code, message: expect.stringMatching(message) as string });
    expect(problem?.advice).not.toBe('');
  });

  it('is not taken for anything but a model where it is one', async () => {
    await using dir = await tempDir();
    await writeFile(dir.join('m.onnx'), MODEL);
    expect(await checkOnnxFile(dir.join('m.onnx'))).toBeUndefined();
  });
});
