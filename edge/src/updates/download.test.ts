import { createHash, randomBytes } from 'node:crypto';
import { readdir, readFile, truncate, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { systemClock } from '@lineside/kit';
import { describe, expect, test } from 'vitest';
import { staticServer } from '../../../tests/support/static-server.ts';
import { tempDir } from '../../../tests/support/temp-dir.ts';
import { downloadFile } from './download.ts';
import { type FilePart, type FileSource, HttpFiles } from './file-source.ts';
import { ObjectStore } from './object-store.ts';

const SIGNAL = new AbortController().signal;
const CONTENT = randomBytes(300_000);
const SHA = createHash('sha256').update(CONTENT).digest('hex');

/** Ends each answer after so many bytes. */
function cutAfter(files: FileSource, bytes: number): FileSource {
  return {
    open: async (...ask) => {
      const part: FilePart = await files.open(...ask);
      return {
        ...part,
        body: (async function* () {
          let left = bytes;
          for await (const piece of part.body) {
            if (piece.byteLength >= left) {
              yield piece.subarray(0, left);
              throw new Error('the cable is out');
            }
            left -= piece.byteLength;
            yield piece;
          }
        })(),
      };
    },
  };
}

async function setting(options: { readonly ranges?: boolean } = {}) {
  const dir = await tempDir('download-');
  const server = await staticServer(() => dir.join('public'), options);
  await new ObjectStore(dir.join('data/objects')).prune();
  const name = `files/${SHA.slice(0, 2)}/${SHA}`;
  const served = dir.join('public', name);
  const { mkdir } = await import('node:fs/promises');
  await mkdir(dirname(served), { recursive: true });
  await writeFile(served, CONTENT);
  const files = new HttpFiles(server.url);
  const path = dir.join('data', SHA);
  const fetch = (source: FileSource) =>
    downloadFile({ source, sha256: SHA, bytes: CONTENT.length, path, clock: systemClock, syncEvery: 10_000 }, SIGNAL);
  return {
    ...{ dir, server, served, files, path, fetch },
    [Symbol.asyncDispose]: async () => {
      await server.close();
      await dir[Symbol.asyncDispose]();
    },
  };
}

describe('a download', () => {
  test('goes on where it ended, and asks only for the rest', async () => {
    await using it = await setting();
    await expect(it.fetch(cutAfter(it.files, 120_000))).rejects.toThrow('the cable is out');
    const fetched = await it.fetch(it.files);
    expect(fetched).toBe(CONTENT.length - 120_000);
    expect(it.server.requests.at(-1)).toMatch(/ bytes=120000-$/);
    expect(await readFile(it.path)).toEqual(CONTENT);
    expect(await readdir(dirname(it.path))).toEqual([SHA]);
  });

  test('begins again where the server sends all of it, or has another file now', async () => {
    await using plain = await setting({ ranges: false });
    await expect(plain.fetch(cutAfter(plain.files, 50_000))).rejects.toThrow();
    expect(await plain.fetch(plain.files)).toBe(CONTENT.length);
    await using it = await setting();
    await expect(it.fetch(cutAfter(it.files, 50_000))).rejects.toThrow();
    await writeFile(it.served, CONTENT);
    expect(await it.fetch(it.files)).toBe(CONTENT.length);
    expect(await readFile(it.path)).toEqual(CONTENT);
  });

  test('that a power cut left with a wrong end is cut back to what was synced', async () => {
    await using it = await setting();
    await expect(it.fetch(cutAfter(it.files, 100_000))).rejects.toThrow();
    await writeFile(`${it.path}.part`, Buffer.concat([CONTENT.subarray(0, 100_000), Buffer.alloc(5_000)]));
    expect(await it.fetch(it.files)).toBe(CONTENT.length - 100_000);
    expect(await readFile(it.path)).toEqual(CONTENT);
  });

  test.each([
    ['shorter than its mark', async (path: string) => truncate(`${path}.part`, 10)],
    ['damaged in its beginning', async (path: string) => writeFile(`${path}.part`, Buffer.alloc(100_000))],
    ['without a mark that can be read', async (path: string) => writeFile(`${path}.mark`, '{"bytes": 1')],
  ])('with a staging file %s still ends with the right file', async (_what, damage) => {
    await using it = await setting();
    await expect(it.fetch(cutAfter(it.files, 100_000))).rejects.toThrow();
    await damage(it.path);
    await it.fetch(it.files);
    expect(await readFile(it.path)).toEqual(CONTENT);
  });

  test('of a file that is not what its hash says is refused, and nothing of it stays', async () => {
    await using it = await setting();
    await writeFile(it.served, Buffer.concat([CONTENT.subarray(1), Buffer.from('x')]));
    await expect(it.fetch(it.files)).rejects.toMatchObject({ code: 'update_file_damaged' });
    await writeFile(it.served, Buffer.concat([CONTENT, CONTENT]));
    await expect(it.fetch(it.files)).rejects.toMatchObject({ code: 'update_file_damaged' });
    await writeFile(it.served, CONTENT.subarray(0, 5));
    await expect(it.fetch(it.files)).rejects.toMatchObject({ code: 'update_download_failed' });
    expect(await readdir(dirname(it.path))).not.toContain(SHA);
  });

  test('keeps to its limit of bytes per second', async () => {
    await using it = await setting();
    let spent = 0;
    let waited = 0;
    const limit = { spend: (bytes: number) => void (spent += bytes), waitMs: () => (spent > 0 ? 1 : 0) };
    const clock = { ...systemClock, sleep: async (ms: number) => void (waited += ms) };
    const options = {
      source: it.files,
      sha256: SHA,
      bytes: CONTENT.length,
      path: join(it.dir.path, 'x'),
      clock,
      limit,
    };
    await downloadFile(options, SIGNAL);
    expect(spent).toBe(CONTENT.length);
    expect(waited).toBeGreaterThan(0);
  });
});
