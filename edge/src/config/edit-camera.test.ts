import { describe, expect, it } from 'vitest';
import { readFile, writeFile } from 'node:fs/promises';
import { tempDir } from '../../../tests/support/temp-dir.ts';
import { editCamera, saveConfig } from './edit-camera.ts';
import { ConfigError } from './errors.ts';

const TEXT = `# the line in hall 2
device: line-2
cameras:
  - id: belt # above the belt
    url: lavfi:testsrc
    models: [defect]
  - id: gate
    url: lavfi:testsrc
rules:
  # every product
  - { id: faults, type: product_defect, camera: belt }
`;
const EDIT = {
  camera: 'belt',
  zones: {
    packing: [
      [0.1, 0.2],
      [0.9, 0.2],
      [0.5, 0.9],
    ],
  },
  masks: [],
  minScores: {},
} as const;
const SOURCES = { catalog: ['defect'], env: {} };

describe('an edit of a camera in the configuration file', () => {
  it('adds a zone and keeps comments and everything else', () => {
    const text = editCamera(TEXT, EDIT);
    expect(text).toContain('# the line in hall 2');
    expect(text).toContain('- id: belt # above the belt');
    expect(text).toContain('# every product');
    expect(text).toMatch(/- id: packing\n\s+polygon: \[ ?\[ ?0\.1, 0\.2 ?\]/);
  });

  it('replaces the polygon of a zone that exists, and sets it once', () => {
    const twice = editCamera(editCamera(TEXT, EDIT), {
      ...EDIT,
      zones: {
        packing: [
          [0, 0],
          [1, 0],
          [1, 1],
        ],
      },
    });
    expect(twice.match(/id: packing/g)).toHaveLength(1);
    expect(twice).not.toContain('0.9');
  });

  it('sets the least score of rules, and masks on every rule of the camera, once', () => {
    const edit = { ...EDIT, masks: ['packing'], minScores: { faults: 0.45 } };
    const text = editCamera(editCamera(TEXT, edit), edit);
    expect(text).toMatch(/minScore: 0\.45/);
    expect(text).toMatch(/masks: \[ ?packing ?\]/);
  });

  it('is written only when the result is a good configuration, and the file before is kept', async () => {
    await using folder = await tempDir();
    const path = folder.join('lineside.yaml');
    await writeFile(path, TEXT);
    const bad = editCamera(TEXT, {
      ...EDIT,
      zones: {
        packing: [
          [0, 0],
          [1, 1],
          [2, 2],
        ],
      },
    });
    await expect(saveConfig(path, bad, SOURCES)).rejects.toThrow(ConfigError);
    expect(await readFile(path, 'utf8')).toBe(TEXT);
    const good = editCamera(TEXT, EDIT);
    expect(await readFile(await saveConfig(path, good, SOURCES), 'utf8')).toBe(TEXT);
    expect(await readFile(path, 'utf8')).toBe(good);
  });

  it('sets the line and the zone of a rule, and takes a zone out with the masks that name it', () => {
    const text = `${TEXT}  - { id: packs, type: count, camera: belt }
  - { id: weights, type: weight, camera: belt, signal: scale, nominal: 500 }
`;
    const line = [
      [0.5, 0.9],
      [0.5, 0.1],
    ] as const;
    const drawn = editCamera(text, {
      ...EDIT,
      masks: ['packing'],
      lines: { packs: line },
      ruleZones: { packs: 'packing' },
    });
    expect(drawn).toMatch(
      /id: packs, type: count, camera: belt, line: \[ ?\[ ?0\.5, 0\.9 ?\], \[ ?0\.5, 0\.1 ?\] ?\], zone: packing/,
    );
    expect(drawn.split('\n').find((one) => one.includes('id: weights'))).not.toContain('masks');
    const none = { ...EDIT, zones: {}, ruleZones: { packs: null }, removed: ['packing'] };
    const without = editCamera(drawn, none);
    expect(without).not.toContain('packing');
    expect(without).toContain('line:');
  });

  it('of a camera that the file does not have is refused', () => {
    expect(() => editCamera(TEXT, { ...EDIT, camera: 'roof' })).toThrow('no camera roof');
  });
});
