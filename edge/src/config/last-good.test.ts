import { mkdir, readFile, stat, writeFile } from 'node:fs/promises';
import { describe, expect, it } from 'vitest';
import { tempDir, type TempDir } from '../../../tests/support/temp-dir.ts';
import { waitFor } from '../../../tests/support/wait-for.ts';
import { ConfigError, type ConfigUpdate, LastGood, loadConfig, loadOrLastGood, watchConfig } from './index.ts';

const SOURCES = { catalog: ['ppe'], env: {} };
const text = (fps: number): string => `device: d\ncameras: [{id: a, url: ./a.mp4, fps: ${fps}, models: [ppe]}]\n`;
const BAD = 'device: d\ncamera: []\n';

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

  it('is not looked at while the file is good', async () => {
    await using dir = await tempDir();
    const { path, lastGood } = await site(dir, text(7));
    await lastGood.keep(await loadConfig(path, SOURCES));
    await writeFile(path, text(8));
    const { loaded, refused } = await loadOrLastGood(path, lastGood, SOURCES);
    expect(loaded.config.cameras[0]?.fps).toBe(8);
    expect(refused).toBeUndefined();
  });

  it('also stands in for a file that is gone', async () => {
    await using dir = await tempDir();
    const { path, lastGood } = await site(dir, text(7));
    await lastGood.keep(await loadConfig(path, SOURCES));
    const { refused } = await loadOrLastGood(dir.join('etc/gone.yaml'), lastGood, SOURCES);
    expect(refused?.code).toBe('config_unreadable');
  });

  it('where none was kept, or that is bad too, all problems are told', async () => {
    await using dir = await tempDir();
    const { path, lastGood } = await site(dir, BAD);
    await expect(loadOrLastGood(path, lastGood, SOURCES)).rejects.toThrow(ConfigError);
    await mkdir(dir.join('data/config'), { recursive: true });
    await writeFile(lastGood.path, 'device: d\nrulez: []\n');
    await expect(loadOrLastGood(path, lastGood, SOURCES)).rejects.toThrow(/camera: is not.*[\s\S]*rulez: is not/);
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

  it('says nothing of a file that was only touched, and sees one that was put in its place', async () => {
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

  it('reports a file that vanished', async () => {
    await watching(text(5), async (path, seen) => {
      const { rm } = await import('node:fs/promises');
      await rm(path);
      await waitFor('the loss', () => seen.length === 1);
      expect(seen[0]).toMatchObject({ kind: 'bad', error: { code: 'config_unreadable' } });
    });
  });
});
