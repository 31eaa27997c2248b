import { createHash } from 'node:crypto';
import { mkdir, rename, rm, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { type Extractor, type Manifest, MANIFEST_FILE, memoryGraph, type PatchMemory } from '@lineside/models';
import { cardOf } from './card.ts';
import { manifestOf } from './manifest.ts';
import { RECORD_FILE, type TaughtRecord } from './record.ts';

export interface BundleTask {
  /** Absolute folder of the bundle. */
  readonly dir: string;
  readonly id: string;
  readonly extractor: Extractor;
  readonly memory: PatchMemory;
  readonly record: TaughtRecord;
  readonly mads: number;
  readonly state: 'watching' | 'armed';
  readonly pieces: number;
  /** ISO 8601. */
  readonly taughtAt: string;
  readonly report: string;
}

/** Writes the bundle next to `dir` and moves it there when it is complete; a bundle that is there is replaced. */
export async function writeTaughtBundle(task: BundleTask): Promise<Manifest> {
  const { dir, id, extractor, memory, record, mads, state, pieces, taughtAt } = task;
  const building = `${dir}.new`;
  const bytes = memoryGraph(extractor, memory);
  const sha256 = createHash('sha256').update(bytes).digest('hex');
  const { licence } = extractor;
  const manifest = manifestOf({ id, sha256, grid: memory.grid, mads, state, pieces, taughtAt, licence });
  await rm(building, { recursive: true, force: true });
  await mkdir(building, { recursive: true });
  await writeFile(join(building, manifest.file), bytes);
  await writeFile(join(building, MANIFEST_FILE), `${JSON.stringify(manifest, undefined, 2)}\n`);
  await writeFile(join(building, RECORD_FILE), `${JSON.stringify(record)}\n`);
  await writeFile(join(building, 'labels.txt'), `${manifest.labels.join('\n')}\n`);
  await writeFile(join(building, 'CARD.md'), cardOf(manifest, record));
  await writeFile(join(building, 'report.html'), task.report);
  const old = `${dir}.old`;
  await rm(old, { recursive: true, force: true });
  if ((await stat(dir).catch(() => undefined)) !== undefined) await rename(dir, old);
  await rename(building, dir);
  await rm(old, { recursive: true, force: true });
  return manifest;
}
