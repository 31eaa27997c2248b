import { chmod, mkdir, readdir, readFile, stat, writeFile } from 'node:fs/promises';
import { expect, test } from 'vitest';
import { tempDir } from '../../tests/support/temp-dir.ts';
import { writeFileAtomic } from './index.ts';

test('a file is written with its missing folders, and no temporary file stays', async () => {
  await using dir = await tempDir();
  await writeFileAtomic(dir.join('a/b/file.json'), '{"n":1}');
  await writeFileAtomic(dir.join('a/b/file.json'), '{"n":2}');
  expect(await readFile(dir.join('a/b/file.json'), 'utf8')).toBe('{"n":2}');
  expect(await readdir(dir.join('a/b'))).toEqual(['file.json']);
});

test('a mode is set exactly, whatever the umask and a file that stood there before allow', async () => {
  await using dir = await tempDir();
  const path = dir.join('key');
  await writeFile(path, 'old');
  await chmod(path, 0o666);
  await writeFileAtomic(path, 'new', { mode: 0o600 });
  expect((await stat(path)).mode & 0o777).toBe(0o600);
  await writeFileAtomic(path, 'public', { mode: 0o664 });
  expect((await stat(path)).mode & 0o777).toBe(0o664);
});

test('a failed write leaves the old content and no temporary file', async () => {
  await using dir = await tempDir();
  // A rename over a folder that is not empty fails after the temporary file has been written.
  await mkdir(dir.join('taken'));
  await writeFile(dir.join('taken/inside'), 'kept');
  await expect(writeFileAtomic(dir.join('taken'), 'x')).rejects.toMatchObject({ code: expect.any(String) as string });
  expect(await readdir(dir.path)).toEqual(['taken']);
  expect(await readFile(dir.join('taken/inside'), 'utf8')).toBe('kept');
});

test('writers with names of their own do not disturb each other', async () => {
  await using dir = await tempDir();
  const path = dir.join('file');
  await Promise.all(
    Array.from({ length: 20 }, (_, n) => writeFileAtomic(path, `${n}`.repeat(50_000), { unique: `w${n}` })),
  );
  const text = await readFile(path, 'utf8');
  const writer = text.slice(0, text.length / 50_000);
  expect(text).toBe(writer.repeat(50_000));
  expect(await readdir(dir.path)).toEqual(['file']);
});
