import { chmod, readdir, stat, writeFile } from 'node:fs/promises';
import { expect, test } from 'vitest';
import { tempDir } from '../../../../../tests/support/temp-dir.ts';
import { openDatabase } from './open.ts';

test('the store and its folder are closed to other users, also where both existed with more rights', async () => {
  await using dir = await tempDir();
  await writeFile(dir.join('collector.sqlite'), '');
  await chmod(dir.join('collector.sqlite'), 0o666);
  await chmod(dir.path, 0o777);
  const db = openDatabase(dir.path);
  const names = await readdir(dir.path);
  expect(names).toContain('collector.sqlite-wal');
  const modes = await Promise.all(names.map(async (name) => (await stat(dir.join(name))).mode & 0o027));
  expect(modes).toEqual(names.map(() => 0));
  expect((await stat(dir.path)).mode & 0o777).toBe(0o750);
  db.close();
});

test('a store in which another program writes for long is said to be busy, not broken', async () => {
  await using dir = await tempDir();
  const other = openDatabase(dir.path);
  other.exec('begin immediate');
  try {
    expect(() => openDatabase(dir.path, 20)).toThrow(
      expect.objectContaining({
        code: 'store_unusable',
        advice: expect.stringContaining('another program is writing'),
      }),
    );
    other.exec('rollback');
    openDatabase(dir.path, 20).close();
  } finally {
    other.close();
  }
});
