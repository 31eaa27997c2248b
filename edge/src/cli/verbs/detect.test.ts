import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import sharp from 'sharp';
import { describe, expect, it } from 'vitest';
import { lineside, runHere } from '../../../../tests/support/lineside.ts';
import { encodeModel, type ModelGraph } from '@lineside/models';
import { gridBoxes } from '../../../../tests/support/made-model.ts';
import { tempDir, type TempDir } from '../../../../tests/support/temp-dir.ts';
import { constantDetector, tinyManifest, writeTinyBundle } from '../../../../tests/support/tiny-onnx.ts';
import { type Line, shownOf, textOf } from '../text/detection-line.ts';

const SIZE = 64;
const place = { source: 'a.jpg', frame: 0, time: 0 };

/** A bundle whose model gives constants. */
async function bundle(
  dir: TempDir,
  values: readonly { readonly name: string; readonly shape: number[]; readonly data: Float32Array }[],
  output: object,
  labels: readonly string[],
): Promise<string> {
  const graph: ModelGraph = {
    inputs: [{ name: 'images', type: 'uint8', shape: [1, SIZE, SIZE, 3] }],
    outputs: values.map(({ name, shape }) => ({ name, shape, type: 'float32' })),
    constants: values.map(({ name, shape, data }) => ({ name: `${name}_value`, shape, data })),
    nodes: values.map(({ name }) => ({ op: 'Identity', inputs: [`${name}_value`], outputs: [name] })),
  };
  const model = encodeModel(graph);
  const folder = await writeTinyBundle(dir.join('model'), model, { size: SIZE, labels });
  const manifest = { ...tinyManifest(model, { size: SIZE, labels }), output };
  await writeFile(join(folder, 'manifest.json'), JSON.stringify(manifest));
  return folder;
}

async function still(dir: TempDir): Promise<string> {
  const path = dir.join('still.png');
  await sharp({ create: { width: 128, height: 128, channels: 3, background: '#000' } }).toFile(path);
  return path;
}

const segmenter = [
  { name: 'o', shape: [1, 6, 1], data: Float32Array.of(32, 32, 16, 8, 0.75, 1) },
  { name: 'p', shape: [1, 1, 16, 16], data: new Float32Array(256).fill(1) },
];
const segments = { name: 'o', family: 'yolov8-seg', names: ['o', 'p'] };

describe('the output of lineside detect', () => {
  it('has masks with --masks only', async () => {
    await using dir = await tempDir();
    const args = ['detect', '--json', '--model', await bundle(dir, segmenter, segments, ['cap']), await still(dir)];
    const mask = { x: 48, y: 56, width: 32, height: 16, runs: [0, 512] };
    const detection = { label: 'cap', score: 0.75, box: [48, 56, 80, 72] };
    const asked = await runHere([...args, '--masks']);
    expect((JSON.parse(asked.stdout) as Line).detections).toEqual([{ ...detection, mask }]);
    const bare = await runHere(args);
    expect((JSON.parse(bare.stdout) as Line).detections).toEqual([detection]);
  });

  it('has masks on the frame that it draws', async () => {
    await using dir = await tempDir();
    const model = await bundle(dir, segmenter, segments, ['cap']);
    const { code, stderr } = await lineside(['detect', '--model', model, '--draw', dir.join('out'), await still(dir)]);
    expect([code, stderr]).toEqual([0, expect.any(String)]);
    const { data, info } = await sharp(dir.join('out/still-000000.jpg')).raw().toBuffer({ resolveWithObject: true });
    const green = (x: number, y: number): number => data[(y * info.width + x) * info.channels + 1] ?? 0;
    expect(green(64, 66)).toBeGreaterThan(40);
    expect(green(20, 100)).toBeLessThan(20);
  });

  it('has the classes of a classification, best first', async () => {
    await using dir = await tempDir();
    const values = [{ name: 'o', shape: [1, 2], data: Float32Array.of(0.25, 0.75) }];
    const model = await bundle(dir, values, { name: 'o', family: 'classify' }, ['good', 'bad']);
    const { stdout } = await runHere(['detect', '--json', '--model', model, await still(dir)]);
    const classes = [
      { label: 'bad', score: 0.75 },
      { label: 'good', score: 0.25 },
    ];
    const whole = { label: 'bad', score: 0.75, box: [0, 0, 128, 128] };
    expect(JSON.parse(stdout)).toMatchObject({ status: 'ok', classes, detections: [whole] });
  });

  it('has the score of an anomaly', async () => {
    await using dir = await tempDir();
    const values = [{ name: 's', shape: [1], data: Float32Array.of(12.3456789) }];
    const output = { name: 's', family: 'anomaly', options: { threshold: 10 } };
    const model = await bundle(dir, values, output, ['anomaly']);
    const { stdout } = await runHere(['detect', '--json', '--model', model, await still(dir)]);
    const line = JSON.parse(stdout) as Line;
    expect(line.anomaly).toEqual({ score: 12.3457 });
    expect(line.detections[0]).toMatchObject({ label: 'anomaly', score: 0.6173 });
  });

  it('is degraded for a model that was imported with suspect scores', async () => {
    await using dir = await tempDir();
    const values = [{ name: 'o', shape: [1, 2], data: Float32Array.of(0.25, 0.75) }];
    const folder = await bundle(dir, values, { name: 'o', family: 'classify' }, ['good', 'bad']);
    const path = join(folder, 'manifest.json');
    const manifest = JSON.parse(await readFile(path, 'utf8')) as object;
    await writeFile(path, JSON.stringify({ ...manifest, degraded: { reason: 'its scores are constant' } }));
    const { stdout } = await runHere(['detect', '--json', '--model', folder, await still(dir)]);
    expect(JSON.parse(stdout)).toMatchObject({ status: 'degraded', reason: 'suspect_scores' });
  });

  it('has nothing that acts on a terminal, whatever a model and its file of labels name what they see', async () => {
    await using dir = await tempDir();
    const name = 'cap\u001b[2J\u0007\u202e\n* forged';
    const shown = 'cap\\u001b[2J\\u0007\\u202e\\u000a* forged';
    const box = { cx: 32, cy: 32, width: 16, height: 8, classIndex: 0, score: 0.75 };
    // As many boxes as the form of its outputs needs to be recognised; all of them are one object.
    const boxes = Array.from({ length: gridBoxes(SIZE, SIZE) }, () => box);
    const bytes = constantDetector({ size: SIZE, classes: 1, boxes, names: JSON.stringify([name]) });
    const folder = await writeTinyBundle(dir.join('bundle'), bytes, { size: SIZE, labels: [name] });
    const onnx = join(folder, 'model.onnx');
    const labels = dir.join('labels');
    await writeFile(labels, name.replace('\n', ''));
    const image = await still(dir);
    const seen = async (...args: readonly string[]): Promise<readonly string[]> => {
      const { code, stdout, stderr } = await runHere(['detect', '--model', ...args, image]);
      expect([code, stdout], stderr).toEqual([0, expect.not.stringMatching(/[^\P{C}\n]/u)]);
      return stdout.trimEnd().split('\n');
    };
    const line = (label: string): string => `${image} #0 0.000 s: ${label} 0.75 [48, 56, 80, 72]`;
    expect(await seen(folder)).toEqual([line(shown)]);
    expect(await seen(onnx)).toEqual([line(shown)]);
    expect(await seen(onnx, '--labels', labels)).toEqual([line(shown.replace('\\u000a', ''))]);
  });

  it('states in words why a result is degraded or missing', () => {
    const degraded = { status: 'degraded', reason: 'suspect_scores', detections: [] } as const;
    expect(textOf({ ...place, ...shownOf(degraded, false) })).toBe(
      'a.jpg #0 0.000 s (degraded: suspect_scores): nothing',
    );
    const none = { status: 'no_result', reason: 'bad_output', detections: [] } as const;
    expect(textOf({ ...place, ...shownOf(none, false) })).toBe('a.jpg #0 0.000 s: NOT INSPECTED (bad_output)');
  });

  it('states in words the class and the anomaly score of the image', () => {
    const classes = [{ label: 'good', score: 0.75 }];
    const answer = { status: 'ok', detections: [], classes, anomaly: { score: 3.25 } } as const;
    expect(textOf({ ...place, ...shownOf(answer, false) })).toBe(
      'a.jpg #0 0.000 s: classes good 0.75 | anomaly score 3.25 | nothing',
    );
  });
});
