import { parse } from 'yaml';
import { describe, expect, it } from 'vitest';
import { checkConfig, ConfigError, diffConfig, modelIdsOf, type Problem, showConfig, toFileForm } from './index.ts';

const SOURCES = { catalog: ['ppe', 'defect', 'sanitation'], env: {}, path: '/etc/lineside/lineside.yaml' };

const text = (models: string, extra = ''): string =>
  `device: line-1\ncameras:\n  - id: a\n    url: rtsp://host/1\n    models: ${models}\n${extra}` +
  '    zones: [{id: belt, polygon: [[0.1, 0.2], [0.9, 0.2], [0.9, 0.8]]}]\n';

function problems(source: string): readonly Pick<Problem, 'code' | 'path' | 'message' | 'advice'>[] {
  try {
    checkConfig(source, SOURCES);
  } catch (error) {
    if (error instanceof ConfigError) return error.problems;
    throw error;
  }
  return [];
}

const codes = (models: string, extra = ''): string[] =>
  problems(text(models, extra)).map(({ code, path }) => `${code} ${path}`);

const FULL = text(
  '[ppe, {id: defect, fps: 2, region: belt, tiles: {size: 640}}, {id: sanitation, interval: 30s, region: [0, 0.5, 1, 1]}]',
  '    stages: [{model: seal, source: defect, labels: [product]}]\n',
);
const WITH_SEAL = `${FULL}models: [{id: seal, ref: ./seal, expectedProvider: cpu}]\ninference: {expectedProvider: tensorrt}\n`;

describe('model assignments of a camera', () => {
  it('are read as plain ids and as ids with details, and get their defaults', () => {
    const { config } = checkConfig(WITH_SEAL, SOURCES);
    expect(config.cameras[0]).toMatchObject({
      models: [
        { id: 'ppe' },
        { id: 'defect', fps: 2, region: 'belt', tiles: { size: 640, overlap: 0.2 } },
        { id: 'sanitation', interval: { ms: 30_000 }, region: [0, 0.5, 1, 1] },
      ],
      stages: [
        { model: 'seal', source: 'defect', labels: ['product'], padding: 0.1, maxDetections: 8, refines: false },
      ],
    });
    expect(config.cameras.map(modelIdsOf)).toEqual([['ppe', 'defect', 'sanitation', 'seal']]);
    expect(config.models.map(({ id }) => id)).toEqual(['seal', 'ppe', 'defect', 'sanitation']);
    expect(config.inference).toEqual({
      expectedProvider: 'tensorrt',
      engines: 'auto',
      precision: 'fp16',
      buildMemoryLimit: { bytes: 6e9 },
      buildTimeout: { ms: 1_800_000 },
      whenShort: 'warn',
    });
  });

  it('are written as plain ids where there are no details', () => {
    const { config } = checkConfig(text('[ppe]'), SOURCES);
    expect(config.cameras[0]?.models).toEqual([{ id: 'ppe' }]);
    expect(toFileForm(config).cameras).toMatchObject([{ models: ['ppe'] }]);
  });

  it('are the same after they were shown and read again', () => {
    const { config } = checkConfig(WITH_SEAL, SOURCES);
    const again = checkConfig(showConfig(config), SOURCES).config;
    expect(again).toMatchObject({ cameras: config.cameras.map(({ models, stages }) => ({ models, stages })) });
    expect(diffConfig(config, again).changes).toEqual([]);
    expect(parse(showConfig(config))).toMatchObject({
      cameras: [{ models: ['ppe', { id: 'defect' }, { interval: '30s' }] }],
    });
  });

  it('restart their camera when they change', () => {
    const before = checkConfig(text('[{id: ppe, fps: 1}]'), SOURCES).config;
    const after = checkConfig(text('[{id: ppe, fps: 2}]'), SOURCES).config;
    expect(diffConfig(before, after)).toMatchObject({
      restart: 'camera',
      changes: [{ path: 'cameras.a.models.ppe.fps' }],
    });
  });

  it.each([
    ['[{id: pp}]', '', ['unknown_model cameras[0].models[0].id']],
    ['[ppe, {id: ppe, fps: 1}]', '', ['duplicate_model cameras[0].models[1].id']],
    ['[{id: ppe, fps: 1, interval: 5s}]', '', ['rate_twice cameras[0].models[0].interval']],
    ['[{id: ppe, region: bolt}]', '', ['unknown_zone cameras[0].models[0].region']],
    ['[{id: ppe, region: [0.5, 0, 0.5, 1]}]', '', ['region_empty cameras[0].models[0].region']],
    ['[{id: ppe, region: [0.5, 0, 2, 1]}]', '', ['value_invalid cameras[0].models[0].region[2]']],
    ['[{id: ppe, rate: 1}]', '', ['unknown_key cameras[0].models[0].rate']],
    ['[{id: ppe, tiles: {size: 8}}]', '', ['value_invalid cameras[0].models[0].tiles.size']],
    ['[5]', '', ['value_invalid cameras[0].models[0]']],
    [
      '[ppe]',
      '    stages: [{model: defect, source: sanitation}]\n',
      ['stage_without_first cameras[0].stages[0].source'],
    ],
    ['[ppe]', '    stages: [{model: ppe, source: ppe}]\n', ['duplicate_model cameras[0].stages[0].model']],
    [
      '[ppe]',
      '    stages: [{model: defect, source: ppe, refines: true}, {model: sanitation, source: ppe, refines: true}]\n',
      ['refined_twice cameras[0].stages[1].refines'],
    ],
  ])('are refused when they contradict each other or the camera: %s %s', (models, extra, expected) => {
    expect(codes(models, extra)).toEqual(expected);
  });

  it('suggest the right name for a misspelt key', () => {
    expect(problems(text('[{id: ppe, tilse: {size: 640}}]'))[0]?.advice).toBe('did you mean tiles?');
  });

  it('may name zones in which changes count, and only zones of the camera', () => {
    const motion = (zones: string): string => text('[ppe]', `    motion: {floor: 2s, zones: [${zones}]}\n`);
    const [camera] = checkConfig(motion('belt'), SOURCES).config.cameras;
    expect(camera?.motion).toEqual({ floor: { ms: 2_000 }, change: 6, zones: ['belt'] });
    const wrong = problems(motion('bolt')).map(({ path, advice }) => `${path}: ${advice}`);
    expect(wrong).toEqual([expect.stringMatching(/motion.zones\S*0\S*: .*belt/)]);
    expect(problems(text('[ppe]', '    motion: {floor: 2h}\n')).map(({ message }) => message)).toEqual([
      'must be from 100ms to 1m',
    ]);
  });

  it('let a rule read a second stage, and need no rule for a source model that only feeds it', () => {
    const rule = 'rules: [{id: r, type: product_defect, model: defect, camera: a}]\n';
    const source = text('[ppe]', '    stages: [{model: defect, source: ppe}]\n') + rule;
    expect(checkConfig(source, SOURCES).warnings.map(({ code }) => code)).toEqual([]);
    const alone = checkConfig(text('[{id: ppe, fps: 20}]'), SOURCES).warnings.map(({ code }) => code);
    expect(alone).toEqual(['model_without_rule', 'faster_than_camera']);
  });

  it('let a second stage that refines speak through its source model, which needs a rule', () => {
    const stage = text('[ppe]', '    stages: [{model: defect, source: ppe, refines: true}]\n');
    const warned = (more: string): readonly string[] =>
      checkConfig(stage + more, SOURCES).warnings.map(({ message }) => message);
    expect(warned('rules: [{id: r, type: missing_headwear, camera: a}]\n')).toEqual([]);
    expect(warned('')).toEqual([expect.stringContaining('no rule reads ppe')]);
  });
});
