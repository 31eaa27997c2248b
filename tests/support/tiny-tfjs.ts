import { createHash } from 'node:crypto';
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Manifest } from '@lineside/models';
import { tinyManifest } from './tiny-onnx.ts';

/**
 * A TensorFlow.js layers model that distinguishes red images from blue ones: mean of each channel, then two classes with
 * scores between 0 and 1. float32 [1,S,S,3] of 0..1 to float32 [1,2]. Its weights lie in two files.
 */
export async function writeTinyTfjs(folder: string, size = 16): Promise<Manifest> {
  const layer = (className: string, name: string, config: object, from?: string): object => ({
    class_name: className,
    name,
    config: { name, trainable: true, dtype: 'float32', ...config },
    inbound_nodes: from === undefined ? [] : [[[from, 0, 0, {}]]],
  });
  const config = {
    name: 'tiny',
    layers: [
      layer('InputLayer', 'picture', { batch_input_shape: [1, size, size, 3], sparse: false }),
      layer('GlobalAveragePooling2D', 'mean', { data_format: 'channels_last' }, 'picture'),
      layer('Dense', 'classes', { units: 2, activation: 'softmax', use_bias: true }, 'mean'),
    ],
    input_layers: [['picture', 0, 0]],
    output_layers: [['classes', 0, 0]],
  };
  const weight = (name: string, shape: readonly number[]): object => ({ name, shape, dtype: 'float32' });
  const model = JSON.stringify({
    format: 'layers-model',
    modelTopology: { class_name: 'Model', config, keras_version: '2.4.0', backend: 'tensorflow' },
    weightsManifest: [
      { paths: ['kernel.bin', 'bias.bin'], weights: [weight('classes/kernel', [3, 2]), weight('classes/bias', [2])] },
    ],
  });
  const kernel = Buffer.from(Float32Array.of(9, -9, 0, 0, -9, 9).buffer);
  const bias = Buffer.from(Float32Array.of(0, 0).buffer);
  await mkdir(folder, { recursive: true });
  await writeFile(join(folder, 'model.json'), model);
  await writeFile(join(folder, 'kernel.bin'), kernel);
  await writeFile(join(folder, 'bias.bin'), bias);
  const sha256 = createHash('sha256').update(model).update(kernel).update(bias).digest('hex');
  const base = tinyManifest(new Uint8Array(0), { size, labels: ['red', 'blue'], sha256 });
  const manifest: Manifest = {
    ...base,
    task: 'classify',
    file: 'model.json',
    input: { ...base.input, name: 'picture', type: 'float32' },
    output: { name: 'classes', family: 'classify', options: { softmax: 'inside' } },
  };
  await writeFile(join(folder, 'manifest.json'), JSON.stringify(manifest));
  return manifest;
}
