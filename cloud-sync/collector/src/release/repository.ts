import { readdir } from 'node:fs/promises';
import type { Metadata, Root, Snapshot, Targets, Timestamp } from '@tufjs/models';
import type { ReleaseFolder } from './release-folder.ts';
import { readRoot, readSnapshot, readTargets, readTimestamp } from './signed-metadata.ts';

/** The state that devices see now: what the timestamp leads to. */
export interface Repository {
  readonly root: Metadata<Root>;
  readonly timestamp: Metadata<Timestamp>;
  readonly snapshot: Metadata<Snapshot>;
  readonly targets: Metadata<Targets>;
}

/** Reads the published metadata; files of an interrupted publication are not part of it. */
export async function readRepository(folder: ReleaseFolder): Promise<Repository> {
  const root = await readRoot(folder, await newestRoot(folder));
  const timestamp = await readTimestamp(folder);
  const snapshot = await readSnapshot(folder, timestamp.signed.snapshotMeta.version);
  const targets = await readTargets(folder, 'targets', versionOf(snapshot, 'targets'));
  return { root, timestamp, snapshot, targets };
}

/** Version of a role that the snapshot names; 0 for none. */
export function versionOf(snapshot: Metadata<Snapshot>, role: string): number {
  return snapshot.signed.meta[`${role}.json`]?.version ?? 0;
}

async function newestRoot(folder: ReleaseFolder): Promise<number> {
  const names = await readdir(folder.metadata(''));
  return Math.max(0, ...names.flatMap((name) => /^(\d+)\.root\.json$/.exec(name)?.[1] ?? []).map(Number));
}
