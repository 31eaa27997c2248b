import type { ModelManifest } from '@lineside/models';
import { describe, expect, it } from 'vitest';
import { deriveManifest } from './derive-manifest.ts';
import { checkModelIo, type ModelIo } from './model-io.ts';

const MANIFEST: ModelManifest = {
  input: {
    name: 'images',
    type: 'uint8',
    layout: 'nhwc',
    width: 320,
    height: 256,
    color: 'rgb',
    letterbox: { anchor: 'center', fill: 114 },
  },
  output: { name: 'output0', family: 'yolov8' },
  labels: ['product', 'cap', 'defect'],
  thresholds: { score: 0.5, iou: 0.45 },
};

function io(input: Partial<ModelIo['inputs'][number]>, output: Partial<ModelIo['outputs'][number]> = {}): ModelIo {
  return {
    inputs: [{ name: 'images', type: 'uint8', shape: [1, 256, 320, 3], ...input }],
    outputs: [{ name: 'output0', type: 'float32', shape: [1, 7, 1680], ...output }],
  };
}

describe('the comparison of a model with its manifest', () => {
  it('a model that fits its manifest is accepted, also with an open batch', () => {
    expect(() => checkModelIo(io({}), MANIFEST)).not.toThrow();
    expect(() =>
      checkModelIo(io({ shape: ['batch', 256, 320, 3] }, { shape: ['batch', 7, 'boxes'] }), MANIFEST),
    ).not.toThrow();
  });

  it.each([
    ['model_shape', 'another size', io({ shape: [1, 320, 320, 3] })],
    ['model_shape', 'another type', io({ type: 'float32' })],
    ['model_shape', 'another name', io({ name: 'input' })],
    ['model_shape', 'an output that is no table', io({}, { shape: [1, 10] })],
    ['model_shape', 'whole numbers as output', io({}, { type: 'int64' })],
    ['model_shape', 'a table the other way round', io({}, { shape: [1, 1680, 7] })],
    ['model_labels', 'another number of classes', io({}, { shape: [1, 84, 1680] })],
  ])('fails with %s when it has %s', (code, _, model) => {
    expect(() => checkModelIo(model, MANIFEST)).toThrow(expect.objectContaining({ code }));
  });

  it('a table with exchanged axes is accepted when the manifest says so', () => {
    const manifest = { ...MANIFEST, output: { ...MANIFEST.output, layout: 'anchors_first' as const } };
    expect(() => checkModelIo(io({}, { shape: [1, 1680, 7] }), manifest)).not.toThrow();
    expect(() => checkModelIo(io({}), manifest)).toThrow(expect.objectContaining({ code: 'model_shape' }));
  });
});

describe('a manifest that is derived from the file alone', () => {
  const exported: ModelIo = {
    inputs: [{ name: 'images', type: 'float32', shape: [1, 3, 384, 640] }],
    outputs: [{ name: 'output0', type: 'float32', shape: [1, 84, 5040] }],
  };

  it('a derived manifest follows the conventions of Ultralytics', () => {
    const manifest = deriveManifest(exported);
    expect(manifest.input).toEqual({
      name: 'images',
      type: 'float32',
      layout: 'nchw',
      width: 640,
      height: 384,
      color: 'rgb',
      letterbox: { anchor: 'center', fill: 114 },
    });
    expect(manifest.output).toEqual({ name: 'output0', family: 'yolov8', layout: 'attributes_first' });
    expect(manifest.labels).toHaveLength(80);
    expect(() => checkModelIo(exported, manifest)).not.toThrow();
  });

  it('given labels are used, and decide the layout of the table', () => {
    const turned = { ...exported, outputs: [{ name: 'o', type: 'float32', shape: [1, 6, 7] }] };
    expect(deriveManifest(turned, ['a', 'b']).output.layout).toBe('attributes_first');
    expect(deriveManifest(turned, ['a', 'b', 'c']).output.layout).toBe('anchors_first');
    expect(() => deriveManifest(exported, ['a'])).toThrow(expect.objectContaining({ code: 'model_labels' }));
  });

  it.each([
    ['a free size', { ...exported, inputs: [{ name: 'i', type: 'float32', shape: [1, 3, 'height', 'width'] }] }],
    ['half precision', { ...exported, inputs: [{ name: 'i', type: 'float16', shape: [1, 3, 64, 64] }] }],
    ['two outputs', { ...exported, outputs: [...exported.outputs, ...exported.outputs] }],
    ['boxes after NMS', { ...exported, outputs: [{ name: 'o', type: 'float32', shape: ['n', 7] }] }],
  ])('cannot be made of a model with %s', (_, model) => {
    expect(() => deriveManifest(model)).toThrow(expect.objectContaining({ code: 'model_shape' }));
  });
});
