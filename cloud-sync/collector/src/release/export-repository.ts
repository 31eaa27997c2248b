import { copyFile, mkdir, readdir, readFile, stat } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { syncFolder, writeFileAtomic } from '@lineside/kit';
import { parseRelease } from '@lineside/models/trust';
import { UsageError } from '../errors/index.ts';
import { publish } from './publish.ts';
import { readRepository, versionOf } from './repository.ts';
import { readTargets, type Workplace } from './signed-metadata.ts';

export interface Exported {
  readonly folder: string;
  readonly targets: readonly string[];
  readonly files: number;
  readonly bytes: number;
  readonly expires: string;
}

/**
 * Writes metadata, release documents and files of `customer` to a folder, such as a USB stick, from which a device installs
 * with the very same verification. Signs the timestamp anew first: a device ignores one of the version that it has. Only the
 * releases of the highest counter of each series are taken, or those that `only` names.
 */
export async function exportRepository(
  work: Workplace,
  to: string,
  { customer, only }: { readonly customer: string; readonly only?: readonly string[] },
): Promise<Exported> {
  const { folder } = work;
  const { expires } = await publish(work);
  const { snapshot } = await readRepository(folder);
  if (versionOf(snapshot, customer) === 0) throw nothing(customer);
  const { signed } = await readTargets(folder, customer, versionOf(snapshot, customer));
  const newest = new Map<string, { readonly target: string; readonly counter: number }>();
  for (const [target, { custom }] of Object.entries(signed.targets)) {
    const series = only === undefined ? target.replace(/-\d+\.\d+\.\d+\.json$/, '') : target;
    const counter = Number(custom['counter'] ?? 0);
    if (only !== undefined && !only.includes(target)) continue;
    if (counter >= (newest.get(series)?.counter ?? 0)) newest.set(series, { target, counter });
  }
  const targets = [...newest.values()].map(({ target }) => target);
  if (targets.length === 0) throw nothing(customer);
  const copied = new Map<string, number>();
  for (const target of targets) {
    const sha256 = signed.targets[target]?.hashes['sha256'] ?? '';
    const document = await readFile(folder.target(target, sha256));
    for (const file of parseRelease(target, document).files) {
      if (copied.has(file.sha256)) continue;
      await copy(folder.file(file.sha256), join(to, 'files', file.sha256.slice(0, 2), file.sha256));
      copied.set(file.sha256, file.bytes);
    }
    const from = folder.target(target, sha256);
    await writeFileAtomic(join(to, 'targets', dirname(target), basename(from)), document, { mode: 0o644 });
  }
  // Metadata last, and of it the timestamp: an interrupted copy is an old or an incomplete repository, never a mixed one.
  const wanted = new Set(['root', 'targets', 'snapshot', customer]);
  const names = (await readdir(folder.metadata(''))).filter((name) => wanted.has(name.split('.')[1] ?? ''));
  for (const name of [...names, 'timestamp.json']) {
    await writeFileAtomic(join(to, 'metadata', name), await readFile(folder.metadata(name)), { mode: 0o644 });
  }
  const bytes = [...copied.values()].reduce((sum, size) => sum + size, 0);
  return { folder: to, targets, files: copied.size, bytes, expires };
}

/** Files are named by their hash, so one of the right length is taken for complete; the device verifies each anyway. */
async function copy(from: string, to: string): Promise<void> {
  const [source, there] = await Promise.all([stat(from), stat(to).catch(() => undefined)]);
  if (there?.size === source.size) return;
  await mkdir(dirname(to), { recursive: true });
  await copyFile(from, to);
  await syncFolder(dirname(to));
}

function nothing(customer: string): UsageError {
  return new UsageError({
    code: 'release_nothing',
    message: `there is no release for ${customer}`,
    advice: 'add one (release add-model, release add-config) and publish it',
  });
}
