import { writeFile } from 'node:fs/promises';
import { expect, it } from 'vitest';
import { tempDir } from '../../../tests/support/temp-dir.ts';
import { LineShapes } from './line-shapes.ts';

const CONFIG = `device: d
cameras:
  - {id: belt, url: "rtsp://h/1", models: [defect], zones: [{id: old, polygon: [[0, 0], [1, 0], [1, 1]]}]}
rules:
  - {id: faults, type: product_defect, camera: belt, zone: old, minScore: 0.5}
  - {id: more, type: product_defect, camera: belt, minScore: 0.4, severity: critical}
`;

it('the audit says of what is saved which option of which rule was what, and is what now', async () => {
  await using dir = await tempDir();
  const configPath = dir.join('line.yaml');
  await writeFile(configPath, CONFIG);
  const audited: unknown[] = [];
  const shapes = new LineShapes({
    configPath,
    sources: { catalog: ['defect'], env: {} },
    preview: { of: () => Promise.reject(new Error('no preview here')) },
    audit: (...entry) => void audited.push(entry),
  });
  const polygon = {
    kind: 'zone',
    id: 'old',
    points: [
      [0, 0],
      [1, 0],
      [1, 1],
    ],
  } as const;
  const change = {
    shapes: [polygon],
    rules: [
      { id: 'faults', zone: null, options: { minScore: '0.75' } },
      { id: 'more', zone: 'old', options: { minScore: '0.4', severity: '' } },
    ],
  };
  expect(await shapes.save('belt', change, 'anna')).toMatchObject({ written: true });
  const rules =
    'faults zone: old -> entire picture; faults minScore: 0.5 -> 0.75; more zone: entire picture -> old; more severity: critical -> default';
  expect(audited).toEqual([['zones_changed', { camera: 'belt', zones: 'old', masks: '', lines: '', rules }, 'anna']]);
  expect(await shapes.save('belt', change, 'anna')).toMatchObject({ written: false });
  expect(audited).toHaveLength(1);
});
