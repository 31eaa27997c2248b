import { describe, expect, it } from 'vitest';
import { type CameraConfig, checkConfig } from '../config/index.ts';
import type { Detection, Inspection } from '../domain/index.ts';
import { findModels, type LineModel } from './models.ts';
import { objectSizes } from './object-sizes.ts';

/** The models of a camera at which `models` is written so, and the camera. */
async function line(models: string): Promise<{ readonly camera: CameraConfig; readonly models: readonly LineModel[] }> {
  const text = `device: line-2\ncameras:\n  - { id: hall, url: 'lavfi:testsrc', models: [${models}] }\n`;
  const { config, baseDir } = checkConfig(text, { catalog: ['ppe'], env: {}, path: '/tmp/line.yaml' });
  const [camera] = config.cameras;
  if (camera === undefined) throw new Error('no camera');
  return { camera, models: await findModels(config, { baseDir, importedDir: '/tmp/no-such-folder' }) };
}

const head = (side: number, score = 0.8): Detection => ({
  ...{ label: 'bare_head', classId: 2, score },
  box: [100, 100, 100 + side, 100 + 1.3 * side],
});

/** Frames of 1920x1080 with one detection each. */
function seen(detections: readonly Detection[]): readonly Inspection[] {
  return detections.map((detection, second) => ({
    frame: { camera: 'hall', index: second, atMs: 1000 * second, width: 1920, height: 1080 },
    model: 'ppe',
    result: { status: 'ok', detections: [detection] },
    times: { waitMs: 0, inferMs: 0, decodeMs: 0 },
  }));
}

const times = (count: number, detection: Detection): readonly Detection[] =>
  Array.from({ length: count }, () => detection);

describe('the sizes of objects in the input of a model', () => {
  it('names a label whose objects are too small, and tiles in which they are large enough', async () => {
    const { camera, models } = await line('ppe');
    const [size] = objectSizes(camera, models, seen(times(30, head(40))));
    // 40 of 1920 pixels are 9 of the 416 that the model sees.
    expect(size).toMatchObject({ model: 'ppe', label: 'bare_head', detections: 30, medianPx: 9 });
    const tiled = await line(`{ id: ppe, tiles: { size: ${size?.tileSize} } }`);
    const [after] = objectSizes(tiled.camera, tiled.models, seen(times(30, head(40))));
    expect(after?.medianPx).toBeGreaterThanOrEqual(24);
    expect(after).not.toHaveProperty('tileSize');
    expect(size?.tiles).toBe(8);
  });

  it('counts the part of the picture that the model sees', async () => {
    const { camera, models } = await line('{ id: ppe, region: [0, 0, 0.25, 0.25] }');
    const [size] = objectSizes(camera, models, seen(times(30, head(40))));
    expect(size?.medianPx).toBe(35);
  });

  it('goes by the median of the detections that count, and not by few of them', async () => {
    const { camera, models } = await line('ppe');
    const mixed = [...times(21, head(200)), ...times(20, head(20)), ...times(60, head(10, 0.2))];
    expect(objectSizes(camera, models, seen(mixed))).toEqual([
      { model: 'ppe', label: 'bare_head', detections: 41, medianPx: 43 },
    ]);
    expect(objectSizes(camera, models, seen(times(19, head(20))))).toEqual([]);
  });
});
