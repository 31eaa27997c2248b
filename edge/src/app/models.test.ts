import { CATALOG_DIR, readManifest } from '@lineside/models';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { tempDir } from '../../../tests/support/temp-dir.ts';
import { checkConfig } from '../config/index.ts';
import { findModels, type LineModel, weakest } from './models.ts';

/** The one model of a configuration with this entry under `models:`. */
async function modelWith(entry: string): Promise<Extract<LineModel, { state: 'found' }>> {
  await using dir = await tempDir();
  const text = `device: d\ncameras: [{id: a, url: "rtsp://h/1", models: [mine]}]\nmodels: [${entry}]`;
  const { config } = checkConfig(text, { path: dir.join('lineside.yaml'), env: {}, catalog: ['ppe'] });
  const [model] = await findModels(config, { baseDir: dir.path, importedDir: dir.join('models') });
  if (model?.state !== 'found') throw new Error(JSON.stringify(model));
  return model;
}

describe('the least scores of a configured model', () => {
  it('are the manifest’s where the configuration names none', async () => {
    const { thresholds } = await readManifest(join(CATALOG_DIR, 'ppe'));
    const { threshold } = await modelWith('{id: mine, ref: ppe}');
    expect(threshold.score).toBe(thresholds.score);
    expect(threshold.labels).toEqual(thresholds.labels);
  });

  it('are one for all labels with minScore, except of those that minScores names', async () => {
    const { threshold, spec } = await modelWith('{id: mine, ref: ppe, minScore: 0.6, minScores: {bare_head: 0.3}}');
    expect(threshold).toEqual({ score: 0.6, labels: { bare_head: 0.3 } });
    // The decoder passes weaker detections on for the tracker.
    expect(spec.score).toBeCloseTo(0.36);
    expect(spec.labelScores?.['bare_head']).toBeCloseTo(0.18);
    expect(weakest({ score: 0.08 })).toEqual({ score: 0.08 });
  });
});

describe('a model that ships as a demonstration', () => {
  it('is one until the configuration says that the site has proven it', async () => {
    const { demonstration } = await readManifest(join(CATALOG_DIR, 'ppe'));
    expect((await modelWith('{id: mine, ref: ppe}')).demonstration).toBe(demonstration?.reason);
    expect(demonstration?.reason).toBeTruthy();
    expect((await modelWith('{id: mine, ref: ppe, proven: true}')).demonstration).toBeUndefined();
  });
});
