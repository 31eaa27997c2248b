import { readFile, writeFile } from 'node:fs/promises';
import { expect, it } from 'vitest';
import { silentLogger, systemClock } from '@lineside/kit';
import { catalogIds, CATALOG_DIR } from '@lineside/models';
import { LinePreview } from '../../edge/src/app/line-preview.ts';
import { LineShapes } from '../../edge/src/app/line-shapes.ts';
import { KeptResults } from '../../edge/src/history/index.ts';
import { controlSocketPath, type ShapesChange, StatusServer } from '../../edge/src/status/index.ts';
import { lineside, runHere } from '../support/lineside.ts';
import { StatusWorld } from '../support/status-world.ts';
import { type TempDir, tempDir } from '../support/temp-dir.ts';

const CONFIG = `device: line-1
cameras:
  - id: product
    url: lavfi:testsrc
    fps: 5
    models: [defect]
    zones:
      - { id: right, polygon: [[0.6, 0], [1, 0], [1, 1], [0.6, 1]] }
rules:
  - { id: faults, type: product_defect, camera: product, labels: [defect], minScore: 0.5 }
`;

/** Two faults of ten seconds in the last minute: a certain one at the left, then a less certain one at the right. */
function keptMinute(): KeptResults {
  const kept = new KeptResults({ nowMs: () => systemClock.monoMs() });
  const beginMs = systemClock.monoMs() - 60_000;
  for (let index = 0; index < 300; index += 1) {
    const second = index / 5;
    const seen = [
      ...(second >= 10 && second < 20 ? [{ x: 100, score: 0.9 }] : []),
      ...(second >= 40 && second < 50 ? [{ x: 500, score: 0.6 }] : []),
    ];
    const detections = seen.map(({ x, score }) => ({
      ...{ label: 'defect', classId: 0, score },
      box: [x, 100, x + 60, 160] as const,
    }));
    kept.inspection({
      frame: { camera: 'product', index, atMs: beginMs + second * 1_000, width: 640, height: 360 },
      ...{ model: 'defect', result: { status: 'ok', detections } },
      times: { waitMs: 0, inferMs: 0, decodeMs: 0 },
    });
  }
  return kept;
}

/** The status page's server with the previews of a line, whose cameras are drawn. */
class PreviewingWorld extends StatusWorld {
  readonly #shapes: LineShapes;

  constructor(dir: TempDir, shapes: LineShapes) {
    super(dir.join('evidence'));
    this.#shapes = shapes;
  }

  override shapes(camera: string): Promise<object> {
    return this.#shapes.view(camera);
  }

  override previewShapes(camera: string, change?: ShapesChange): Promise<object> {
    return this.#shapes.preview(camera, change ?? { shapes: [], rules: [] });
  }
}

it('lineside rule preview says what a threshold and a zone would have done, and saves nothing', async () => {
  await using dir = await tempDir();
  const configPath = dir.join('lineside.yaml');
  await writeFile(configPath, CONFIG);
  const preview = new LinePreview({
    ...{ results: keptMinute(), configPath, dataDir: dir.path, clock: systemClock, events: { list: () => [] } },
  });
  const sources = { catalog: await catalogIds(CATALOG_DIR), env: {} };
  const audit = (action: string): never => {
    throw new Error(`a preview did ${action}`);
  };
  const server = new StatusServer({
    source: new PreviewingWorld(dir, new LineShapes({ configPath, sources, preview, audit })),
    ...{ listen: { host: '127.0.0.1', port: 0 }, socketPath: controlSocketPath(dir.path) },
    ...{ clock: systemClock, random: Math.random, log: silentLogger },
  });
  const stop = new AbortController();
  const running = server.run(stop.signal);
  await server.address();
  const paths = ['--config', configPath, '--data', dir.path];
  const ask = (...args: readonly string[]) => runHere(['rule', 'preview', ...args, ...paths]);
  try {
    const higher = await lineside(['rule', 'preview', 'faults', '--set', 'minScore=0.8', ...paths]);
    expect(higher.code, higher.stderr).toBe(0);
    expect(higher.stdout).toMatch(/^camera product, .* \(59\.\d s, 300 results\)\n/);
    expect(higher.stdout).toMatch(/^faults +2 +1 +0$/m);
    expect(higher.stdout).toMatch(/0 added, 1 removed, 0 changed, 1 as before\n {2}removed {2}.*faults: .*defect/);
    const zoned = await ask('faults', '--zone', 'right', '--json');
    expect(zoned.code, zoned.stderr).toBe(0);
    expect(JSON.parse(zoned.stdout)).toMatchObject({
      camera: 'product',
      rules: [{ rule: 'faults', before: 2, after: 1 }],
    });
    for (const [args, reason] of [
      [['other', '--set', 'minScore=0.8'], /has no rule other\nTry: one of its rules: faults/],
      [['faults'], /nothing to change\nTry: --set NAME=VALUE, one of .*minScore/],
      [['faults', '--set', 'minimum=1'], /no option minimum/],
      [['faults', '--set', 'minScore'], /NAME=VALUE/],
      [['faults', '--set', 'minScore=7'], /minScore/],
      [['faults', '--zone', 'moon'], /moon/],
    ] as const) {
      const refused = await ask(...args);
      expect([refused.code, refused.stdout], args.join(' ')).toEqual([2, '']);
      expect(refused.stderr).toMatch(reason);
    }
    expect(await readFile(configPath, 'utf8')).toBe(CONFIG);
  } finally {
    stop.abort();
    await running;
  }
  expect(await ask('faults', '--set', 'minScore=0.8')).toMatchObject({
    stderr: expect.stringMatching(/^Error: .*\nTry: /),
  });
});
