import { createHash } from 'node:crypto';
import { copyFile, mkdir, readFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { parseRelease } from '@lineside/models/trust';
import { UsageError } from '../errors/index.ts';
import { findRelease } from './find-release.ts';
import type { ReleaseFolder } from './release-folder.ts';

/** Copies the files of a published model into `to`, as a bundle; each is compared with its hash. Throws UsageError. */
export async function assembleBundle(folder: ReleaseFolder, target: string, to: string): Promise<void> {
  const { sha256, kind } = await findRelease(folder, target);
  if (kind !== 'model') throw unusable(target, 'it is no model');
  const { files } = parseRelease(target, await intact(target, folder.target(target, sha256), sha256));
  for (const file of files) {
    const from = folder.file(file.sha256);
    await intact(target, from, file.sha256);
    const path = join(to, ...file.path.split('/'));
    await mkdir(dirname(path), { recursive: true });
    await copyFile(from, path);
  }
}

async function intact(target: string, path: string, sha256: string): Promise<Buffer> {
  const content = await readFile(path).catch(() => undefined);
  if (content !== undefined && createHash('sha256').update(content).digest('hex') === sha256) return content;
  throw unusable(target, `the repository's file ${sha256.slice(0, 12)} is missing or damaged`);
}

function unusable(target: string, why: string): UsageError {
  return new UsageError({
    code: 'release_invalid',
    message: `${target} cannot be used: ${why}`,
    advice: 'lineside-collector release keys --json lists what is released; restore a damaged folder from a copy',
  });
}
