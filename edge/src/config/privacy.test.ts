import { describe, expect, it } from 'vitest';
import { checkConfig, ConfigError } from './index.ts';

const SOURCES = { catalog: ['ppe', 'defect'], env: {}, path: '/etc/lineside/lineside.yaml' };
const text = (privacy: string, models = '[ppe]'): string =>
  `device: line-1\ncameras:\n  - {id: a, url: rtsp://host/1, models: ${models}, privacy: ${privacy}}\n`;

function problems(source: string): readonly string[] {
  try {
    checkConfig(source, SOURCES);
    return [];
  } catch (error) {
    if (error instanceof ConfigError) return error.problems.map(({ code, path }) => `${code} ${path}`);
    throw error;
  }
}

it('clips that may be larger than a collector takes are warned of, where there is a collector', () => {
  const warnings = (memory: string, uplink: string): readonly string[] =>
    checkConfig(
      `device: line-1\ncameras:\n  - {id: a, url: rtsp://host/1, models: [ppe], clips: {memory: ${memory}}}\n${uplink}`,
      SOURCES,
    ).warnings.map(({ code }) => code);
  const uplink = 'uplink: {broker: "mqtt://host"}\n';
  expect(warnings('32MB', uplink)).toContain('clip_larger_than_upload');
  expect(warnings('16MB', uplink)).not.toContain('clip_larger_than_upload');
  expect(warnings('32MB', '')).not.toContain('clip_larger_than_upload');
});

describe('the privacy of a camera', () => {
  it('covers nobody and uses the catalog model for people where it says no more', () => {
    const [camera] = checkConfig(text('{}'), SOURCES).config.cameras;
    expect(camera?.privacy).toMatchObject({
      ...{ masks: [], blur: 'none', model: 'ppe', margin: 0.3, hold: { ms: 2_000 } },
      ...{ headLabels: ['headwear', 'bare_head'], personLabels: ['person'] },
    });
  });

  it('is refused where heads are to be covered and no model of the camera detects them', () => {
    expect(problems(text('{blur: heads}', '[defect]'))).toEqual(['blur_without_model cameras[0].privacy.blur']);
    expect(problems(text('{blur: persons, model: ppe2}'))).toEqual(['blur_without_model cameras[0].privacy.blur']);
    expect(problems(text('{blur: heads}', '[defect, {id: ppe, fps: 2}]'))).toEqual([]);
  });

  it('is refused where the model sees only a part of the picture', () => {
    const models = '[{id: ppe, region: [0, 0, 0.5, 1]}]';
    expect(problems(text('{blur: heads}', models))).toEqual(['blur_region cameras[0].privacy.blur']);
  });

  it('needs masks that cover something', () => {
    const flat = '{masks: [[[0, 0], [1, 1], [0.5, 0.5]]]}';
    expect(problems(text(flat, '[defect]'))).toEqual(['mask_flat cameras[0].privacy.masks[0]']);
  });

  it('makes a model useful that no rule reads', () => {
    const warnings = (privacy: string): readonly string[] =>
      checkConfig(text(privacy), SOURCES).warnings.map(({ code }) => code);
    expect(warnings('{blur: none}')).toContain('model_without_rule');
    expect(warnings('{blur: heads}')).not.toContain('model_without_rule');
  });
});
