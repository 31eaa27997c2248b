import { execFile } from 'node:child_process';
import { mkdir, readFile, rm, stat, symlink, truncate, writeFile } from 'node:fs/promises';
import { promisify } from 'node:util';
import { describe, expect, it } from 'vitest';
import { tempDir, type TempDir } from '../../../tests/support/temp-dir.ts';
import { waitFor } from '../../../tests/support/wait-for.ts';
import { ConfigError, RENAMES, type ConfigUpdate, LastGood, loadConfig, loadOrLastGood, watchConfig } from './index.ts';

const SOURCES = { catalog: ['ppe'], env: {} };
const text = (fps: number): string => `device: d\ncameras: [{id: a, url: ./a.mp4, fps: ${fps}, models: [ppe]}]\n`;
const BAD = 'device: d\ncamera: []\n';

/** What a file can become by mistake: how, and the first problem that is to be reported. */
const BROKEN: readonly (readonly [string, (path: string) => Promise<unknown>, object])[] = [
  [
    'one with a mistyped alias',
    (path) => writeFile(path, 'device: d\nmodels: *foo\n'),
    { code: 'yaml_invalid', line: 2, message: 'the alias *foo has no anchor &foo before it' },
  ],
  ['one with a cycle', (path) => writeFile(path, 'a: &x\n  b: *x\n'), { code: 'yaml_invalid', line: 2 }],
  [
    'one with 101 uses of an alias',
    (path) => writeFile(path, `x: &x []\ny:\n${'  - *x\n'.repeat(101)}`),
    { code: 'yaml_invalid', line: 103 },
  ],
  ['one with a NUL byte', (path) => writeFile(path, 'device: d\n\0'), { code: 'yaml_invalid', line: 2 }],
  [
    'not UTF-8',
    (path) => writeFile(path, Buffer.from('device: d\nline: caf\xe9\n', 'latin1')),
    { code: 'config_unreadable', line: 2, message: 'is not UTF-8' },
  ],
  [
    'one of 100 MB',
    async (path) => {
      await writeFile(path, 'device: d\n');
      await truncate(path, 100e6);
    },
    { code: 'config_unreadable', message: 'is larger than 1 MB' },
  ],
  [
    'a folder',
    async (path) => {
      await rm(path);
      await mkdir(path);
    },
    { code: 'config_unreadable', message: 'is a folder' },
  ],
  [
    'a named pipe',
    async (path) => {
      await rm(path);
      await promisify(execFile)('mkfifo', [path]);
    },
    { code: 'config_unreadable', message: 'is no ordinary file' },
  ],
  [
    'a link to itself',
    async (path) => {
      await rm(path);
      await symlink(path, path);
    },
    { code: 'config_unreadable' },
  ],
];

function isSubset(expected: object, problem: object | undefined): boolean {
  return problem !== undefined && Object.entries(expected).every(([key, value]) => Reflect.get(problem, key) === value);
}

async function site(dir: TempDir, content: string): Promise<{ path: string; lastGood: LastGood }> {
  await mkdir(dir.join('etc'));
  await writeFile(dir.join('etc/lineside.yaml'), content);
  return { path: dir.join('etc/lineside.yaml'), lastGood: new LastGood(dir.join('data')) };
}

describe('the last good configuration', () => {
  it('is in use when the file goes bad, with its relative paths as they were', async () => {
    await using dir = await tempDir();
    const { path, lastGood } = await site(dir, text(7));
    await lastGood.keep(await loadConfig(path, SOURCES));
    await writeFile(path, BAD);
    const { loaded, refused } = await loadOrLastGood(path, lastGood, SOURCES);
    expect(loaded.config.cameras[0]?.fps).toBe(7);
    expect(loaded.baseDir).toBe(dir.join('etc'));
    expect(refused?.problems[0]).toMatchObject({ code: 'unknown_key', line: 2, file: path });
  });

  it('is not used while the file is good', async () => {
    await using dir = await tempDir();
    const { path, lastGood } = await site(dir, text(7));
    await lastGood.keep(await loadConfig(path, SOURCES));
    await writeFile(path, text(8));
    const { loaded, refused } = await loadOrLastGood(path, lastGood, SOURCES);
    expect(loaded.config.cameras[0]?.fps).toBe(8);
    expect(refused).toBeUndefined();
  });

  it('is in use when the file is gone', async () => {
    await using dir = await tempDir();
    const { path, lastGood } = await site(dir, text(7));
    await lastGood.keep(await loadConfig(path, SOURCES));
    const { refused } = await loadOrLastGood(dir.join('etc/gone.yaml'), lastGood, SOURCES);
    expect(refused?.code).toBe('config_unreadable');
  });

  it('reports all problems where none was kept, or where that one is bad too', async () => {
    await using dir = await tempDir();
    const { path, lastGood } = await site(dir, BAD);
    await expect(loadOrLastGood(path, lastGood, SOURCES)).rejects.toThrow(ConfigError);
    await mkdir(dir.join('data/config'), { recursive: true });
    await writeFile(lastGood.path, 'device: d\nrulez: []\n');
    await expect(loadOrLastGood(path, lastGood, SOURCES)).rejects.toThrow(/camera: is not.*[\s\S]*rulez: is not/);
  });

  it('starts the line when it was kept by a version with other names of keys, and is kept in the new form', async () => {
    await using dir = await tempDir();
    const before = [
      '# kept by the version before',
      'device: d',
      'cameras:',
      '  - {id: a, url: ./a.mp4, models: [{id: ppe, every: 30s}], stages: [{model: x, after: ppe, margin: 0.2, most: 3}]}',
      'models: [{id: x, ref: ./x.onnx, score: 0.4, expect: cpu}]',
      'rules: [{id: r, type: missing_headwear, camera: a, longerThan: 9s}]',
      'uplink: {broker: mqtt://b, maxRate: 256kbit, media: night}',
      'storage: {keepDelivered: 3d}',
      'inference: {expect: cpu, buildMemory: 2GB, buildLimit: 5m}',
    ].join('\n');
    for (const { from } of RENAMES) expect(before).toMatch(new RegExp(`\\b${from}:`));
    const { path, lastGood } = await site(dir, before);
    await mkdir(dir.join('data/config'), { recursive: true });
    await writeFile(lastGood.path, before);
    const { loaded, refused } = await loadOrLastGood(path, lastGood, SOURCES);
    expect(refused?.problems.map(({ code }) => code)).toEqual(RENAMES.map(() => 'key_renamed'));
    expect(loaded.config).toMatchObject({
      cameras: [
        {
          models: [{ id: 'ppe', interval: { ms: 30_000 } }],
          stages: [{ source: 'ppe', padding: 0.2, maxDetections: 3 }],
        },
      ],
      models: [{ minScore: 0.4, expectedProvider: 'cpu' }, {}],
      rules: [{ minDuration: { ms: 9000 } }],
      uplink: { bandwidthLimit: { bytesPerS: 32_000 }, mediaWindow: { fromMinute: 1320, toMinute: 360 } },
      storage: { deliveredRetention: { ms: 3 * 86_400_000 } },
      inference: { expectedProvider: 'cpu', buildMemoryLimit: { bytes: 2e9 }, buildTimeout: { ms: 300_000 } },
    });
    await lastGood.keep(loaded);
    const kept = await readFile(lastGood.path, 'utf8');
    expect(kept).toContain('# kept by the version before');
    expect(kept).toContain('minDuration: 9s');
    expect((await lastGood.load(dir.join('etc'), SOURCES))?.sourceHash).toBe(loaded.sourceHash);
  });

  it.each(BROKEN)('is in use when the file is %s', async (_what, spoil, expected) => {
    await using dir = await tempDir();
    const { path, lastGood } = await site(dir, text(7));
    await lastGood.keep(await loadConfig(path, SOURCES));
    await spoil(path);
    const { loaded, refused } = await loadOrLastGood(path, lastGood, SOURCES);
    expect(loaded.config.cameras[0]?.fps).toBe(7);
    expect(refused?.problems[0]).toMatchObject({ file: path, ...expected });
    expect(refused?.problems[0]?.advice).not.toBe('');
  });

  it.each(BROKEN)('is reported with the file when it is itself %s', async (_what, spoil, expected) => {
    await using dir = await tempDir();
    const { path, lastGood } = await site(dir, BAD);
    await mkdir(dir.join('data/config'), { recursive: true });
    await writeFile(lastGood.path, text(7));
    await spoil(lastGood.path);
    const error: unknown = await loadOrLastGood(path, lastGood, SOURCES).catch((thrown: unknown) => thrown);
    expect(error).toBeInstanceOf(ConfigError);
    expect((error as ConfigError).problems.at(-1)).toMatchObject({ file: lastGood.path, ...expected });
  });

  it('is replaced where the one before was damaged on the disk', async () => {
    await using dir = await tempDir();
    const { path, lastGood } = await site(dir, text(7));
    await mkdir(dir.join('data/config'), { recursive: true });
    await writeFile(lastGood.path, Buffer.from([0xff, 0, 0xff]));
    await lastGood.keep(await loadConfig(path, SOURCES));
    expect(await readFile(lastGood.path, 'utf8')).toBe(text(7));
  });

  it('is kept byte for byte and for the owner alone', async () => {
    await using dir = await tempDir();
    const { path, lastGood } = await site(dir, text(7));
    await lastGood.keep(await loadConfig(path, SOURCES));
    expect(await readFile(lastGood.path, 'utf8')).toBe(text(7));
    expect((await stat(lastGood.path)).mode & 0o777).toBe(0o600);
  });
});

describe('watching the file', () => {
  async function watching(content: string, use: (path: string, seen: ConfigUpdate[]) => Promise<void>): Promise<void> {
    await using dir = await tempDir();
    const { path } = await site(dir, content);
    const { sourceHash } = await loadConfig(path, SOURCES);
    const seen: ConfigUpdate[] = [];
    const stop = new AbortController();
    const watched = watchConfig(path, stop.signal, (update) => seen.push(update), {
      ...SOURCES,
      sourceHash,
      everyMs: 10,
    });
    try {
      await use(path, seen);
    } finally {
      stop.abort();
      await watched;
    }
  }

  it('reports a bad change, then the good one after it, each once', async () => {
    await watching(text(5), async (path, seen) => {
      await writeFile(path, BAD);
      await waitFor('the bad change', () => seen.length === 1);
      expect(seen[0]).toMatchObject({ kind: 'bad', error: { code: 'unknown_key' } });
      await writeFile(path, text(9));
      await waitFor('the good change', () => seen.length === 2);
      expect(seen[1]).toMatchObject({ kind: 'good', loaded: { config: { cameras: [{ fps: 9 }] } } });
    });
  });

  it('reports nothing for a file that was only touched, and notices a file that replaced it', async () => {
    await watching(text(5), async (path, seen) => {
      await writeFile(path, text(5));
      await writeFile(`${path}.new`, text(6));
      await new Promise((resolve) => setTimeout(resolve, 100));
      expect(seen).toEqual([]);
      const { rename } = await import('node:fs/promises');
      await rename(`${path}.new`, path);
      await waitFor('the new file', () => seen.length === 1);
      expect(seen[0]?.kind).toBe('good');
    });
  });

  it.each(BROKEN)('reports a file that became %s, and goes on watching', async (_what, spoil, expected) => {
    await watching(text(5), async (path, seen) => {
      await spoil(path);
      // Between two steps of the change the file may be gone.
      const found = (): boolean => {
        const update = seen.at(-1);
        return update?.kind === 'bad' && isSubset(expected, update.error.problems[0]);
      };
      await waitFor('the bad change', found);
      await rm(path, { recursive: true });
      await writeFile(path, text(9));
      await waitFor('the good change', () => seen.at(-1)?.kind === 'good');
    });
  });

  it('reports a file that vanished', async () => {
    await watching(text(5), async (path, seen) => {
      await rm(path);
      await waitFor('the loss', () => seen.length === 1);
      expect(seen[0]).toMatchObject({ kind: 'bad', error: { code: 'config_unreadable' } });
    });
  });
});
