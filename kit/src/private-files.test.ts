import { chmod, mkdir, stat, writeFile } from 'node:fs/promises';
import { expect, test } from 'vitest';
import { tempDir } from '../../tests/support/temp-dir.ts';
import { makePrivateFolderSync, restrictSync } from './index.ts';

const modeOf = async (path: string): Promise<string> => ((await stat(path)).mode & 0o7777).toString(8);

test('a folder is made private, and one that exists loses only the rights that are too many', async () => {
  await using dir = await tempDir();
  makePrivateFolderSync(dir.join('new/inner'));
  expect([await modeOf(dir.join('new')), await modeOf(dir.join('new/inner'))]).toEqual(['750', '750']);
  await mkdir(dir.join('old/inner'), { recursive: true });
  await writeFile(dir.join('old/file'), '');
  await writeFile(dir.join('old/secret'), '', { mode: 0o600 });
  for (const name of ['old', 'old/inner', 'old/file']) await chmod(dir.join(name), 0o777);
  makePrivateFolderSync(dir.join('old'));
  const names = ['old', 'old/inner', 'old/file', 'old/secret'];
  expect(await Promise.all(names.map((name) => modeOf(dir.join(name))))).toEqual(['750', '750', '640', '600']);
});

test('a folder in which every user may write keeps its rights, and a missing file is no error', async () => {
  await using dir = await tempDir();
  await chmod(dir.path, 0o1777);
  makePrivateFolderSync(dir.path);
  expect(await modeOf(dir.path)).toBe('1777');
  restrictSync(dir.join('none'));
});
