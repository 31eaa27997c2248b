import { describe, expect, it } from 'vitest';
import { checkConfig } from './load.ts';
import { editLine } from './edit-line.ts';
import { isSecondStage, refiningStages } from './refining-stages.ts';

const SOURCES = { catalog: ['ppe', 'heads', 'defect'], env: {}, path: '/etc/lineside/lineside.yaml' };

describe('second stages that come with a model', () => {
  it('make a configuration that is accepted, and one without them where no model has any', () => {
    const text = 'device: d\ncameras:\n  - {id: hall, url: "rtsp://h/1"}\n';
    const edit = (models: readonly string[]) => ({ id: 'hall', models, stages: refiningStages(models) });
    const { config } = checkConfig(editLine(text, { cameras: [edit(['defect', 'ppe'])] }), SOURCES);
    expect(config.cameras[0]?.stages).toMatchObject([{ model: 'heads', source: 'ppe', refines: true }]);
    expect(config.cameras[0]?.models.map(({ id }) => id)).toEqual(['defect', 'ppe']);
    const before = editLine(text, { cameras: [edit(['ppe'])] });
    expect(editLine(before, { cameras: [edit(['defect'])] })).not.toContain('stages');
  });

  it('need no rule of their own, but their source does', () => {
    const stages = JSON.stringify(refiningStages(['ppe']));
    const text = `device: d\ncameras:\n  - {id: hall, url: "rtsp://h/1", models: [ppe], stages: ${stages}}\n`;
    const warned = (more: string): readonly string[] =>
      checkConfig(text + more, SOURCES).warnings.map(({ message }) => message);
    expect(warned('').filter((message) => message.includes('no rule reads'))).toEqual([
      expect.stringContaining('no rule reads ppe'),
    ]);
    expect(warned('rules: [{id: r, type: missing_headwear, camera: hall}]\n')).toEqual([]);
  });

  it('are no models to choose by themselves', () => {
    expect(['ppe', 'heads', 'defect'].filter(isSecondStage)).toEqual(['heads']);
  });
});
