import { expect, test } from 'vitest';
import { silentLogger } from '@lineside/kit';
import { tempDir } from '../../../tests/support/temp-dir.ts';
import {
  BundleStore,
  makeUpdateFolder,
  UpdateJournal,
  type UpdateRecord,
  type WantedRelease,
} from '../updates/index.ts';
import { DesiredReleases } from './desired-releases.ts';
import { ReleaseQueue } from './release-queue.ts';

const A = 'config/acme/line-1-1.0.0.json';
const B = 'models/acme/b-1.0.0.json';
const reference = (target: string) => ({ target, bytes: 1, sha256: '0'.repeat(64) });

test('a release that is found open again while its turn begins, or queued when that is over, is installed once', async () => {
  await using dir = await tempDir();
  const folder = dir.join('updates');
  await makeUpdateFolder(folder);
  const journal = new UpdateJournal(folder);
  let changes = 0;
  const queue = new ReleaseQueue(() => void (changes += 1));
  const taken: Promise<void>[] = [];
  const desired = new DesiredReleases({
    ...{ journal, bundles: new BundleStore(dir.path, folder), log: silentLogger },
    want: (target, revision) => queue.add({ target, origin: { kind: 'repository' }, revision }),
    // The document was taken in; its releases are not queued yet.
    changed: async () => void taken.push(desired.reconcile()),
  });
  desired.receive({ v: 1, revision: 1, t: 0, models: {}, configuration: reference(A) });
  await expect.poll(() => taken.length, { timeout: 60_000 }).toBe(1);
  await desired.reconcile();
  const first = await queue.next(() => desired.review());
  expect(first).toMatchObject({ target: A, revision: 1 });
  // The same document comes again with a new connection; nothing says yet that the release has had its turn.
  await desired.reconcile();
  expect(queue.targets).toEqual([]);
  const early = await desired.review();
  const record: UpdateRecord = {
    ...{ target: A, origin: { kind: 'repository' }, state: 'downloading', revision: 1 },
    ...{ sinceMs: 1, beganMs: 1, attempts: 1, trialStarts: 0 },
  };
  await journal.put(record);
  await journal.put({ ...record, state: 'rolled_back', reason: { code: 'update_trial_failed', message: 'worse' } });
  expect(await queue.next(() => desired.review())).toBeUndefined();
  // This one was looked up before the turn was over.
  for (const { target, since } of early) queue.add({ target, origin: { kind: 'repository' }, revision: since });
  expect(queue.targets).toEqual([A]);
  const before = changes;
  expect(await queue.next(() => desired.review())).toBeUndefined();
  expect(queue.isEmpty).toBe(true);
  // The report had it as waiting, above how it ended.
  expect(changes).toBe(before + 1);
});

test('each waits once for each origin, in order; what a person wants is not asked about', async () => {
  const queue = new ReleaseQueue(() => undefined);
  const from = (target: string, kind: 'repository' | 'folder', revision?: number): WantedRelease => ({
    ...{ target, origin: kind === 'folder' ? { kind, path: '/stick' } : { kind } },
    ...(revision === undefined ? {} : { revision }),
  });
  const added = [from(A, 'repository', 1), from(A, 'repository', 1), from(A, 'folder'), from(B, 'repository', 1)];
  for (const one of added) queue.add(one);
  expect(queue.targets).toEqual([A, A, B]);
  queue.keep([A]);
  expect(queue.targets).toEqual([A, A]);
  const nothingOpen = async (): Promise<readonly never[]> => [];
  expect(await queue.next(nothingOpen)).toMatchObject({ target: A, origin: { kind: 'folder' } });
  expect(await queue.next(nothingOpen)).toBeUndefined();
});
