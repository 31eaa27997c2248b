import { rm } from 'node:fs/promises';
import { expect, test } from 'vitest';
import { silentLogger } from '@lineside/kit';
import { type Desired, MAX_REVISION_STEP } from '@lineside/protocol';
import { tempDir } from '../../../tests/support/temp-dir.ts';
import { waitFor } from '../../../tests/support/wait-for.ts';
import { BundleStore, makeUpdateFolder, UpdateJournal, type UpdateRecord } from '../updates/index.ts';
import { DesiredReleases } from './desired-releases.ts';

const A = 'models/acme/a-1.0.0.json';
const B = 'models/acme/b-1.0.0.json';

function document(revision: number, ...targets: readonly string[]): Desired {
  const reference = (target: string) => ({ target, bytes: 1, sha256: '0'.repeat(64) });
  return { v: 1, revision, t: 0, models: Object.fromEntries(targets.map((one, n) => [`m${n}`, reference(one)])) };
}

async function setting() {
  const dir = await tempDir();
  const folder = dir.join('updates');
  await makeUpdateFolder(folder);
  const wanted: string[] = [];
  const start = () => {
    const journal = new UpdateJournal(folder);
    const bundles = new BundleStore(dir.path, folder);
    const want = (target: string, revision: number): void => void wanted.push(`${target} ${revision}`);
    const desired = new DesiredReleases({ journal, bundles, log: silentLogger, want, changed: async () => undefined });
    return { desired, journal };
  };
  const it = { ...start(), wanted, start, [Symbol.asyncDispose]: () => rm(dir.path, { recursive: true }) };
  return {
    ...it,
    /** Takes a document in, and gives what is queued because of it. */
    take: async (given: Desired, { desired, journal } = it as Pick<typeof it, 'desired' | 'journal'>) => {
      wanted.length = 0;
      const before = JSON.stringify((await journal.read()).desired);
      desired.receive(given);
      await waitFor(
        'the document to be taken in',
        async () => JSON.stringify((await journal.read()).desired) !== before,
      );
      await desired.reconcile();
      return [...new Set(wanted)];
    },
    over: (target: string, state: UpdateRecord['state'], revision: number | undefined, code?: string) =>
      it.journal.put({
        ...{ target, origin: { kind: 'repository' }, state, sinceMs: 1, beganMs: 1, attempts: 1, trialStarts: 0 },
        ...(revision === undefined ? {} : { revision }),
        ...(code === undefined ? {} : { reason: { code, message: code } }),
      }),
  };
}

test('what is named is wanted once; a document with a lower revision, or with the same and other names, is refused and reported', async () => {
  await using it = await setting();
  expect(await it.take(document(4, A))).toEqual([`${A} 4`]);
  expect(it.desired.status()).toEqual({ revision: 4, state: 'waiting' });
  expect(await it.take(document(3, B))).toEqual([`${A} 4`]);
  expect(it.desired.status()).toMatchObject({
    revision: 4,
    refused: { revision: 3, reason: 'revision 4 was there before' },
  });
  await it.take(document(4, B));
  expect(it.desired.status()).toMatchObject({ revision: 4, refused: { revision: 4 } });
  // After a start of the device too.
  const again = it.start();
  await it.take(document(2, B), again);
  expect(again.desired.status()).toMatchObject({ revision: 4, refused: { revision: 2 } });
  // Each is removed with the next document that is followed.
  expect(await it.take(document(5, A), again)).toEqual([`${A} 4`]);
  expect(again.desired.status()).toEqual({ revision: 5, state: 'waiting' });
});

test('a release that was refused is not tried again while it stays named, and is when it is named anew', async () => {
  await using it = await setting();
  await it.take(document(1, A, B));
  await it.over(A, 'failed', 1, 'update_golden_failed');
  expect(await it.take(document(2, A, B))).toEqual([`${B} 1`]);
  expect(it.desired.status()).toMatchObject({ state: 'failed', reason: `${A}: update_golden_failed` });
  // It comes again with the next connection.
  it.wanted.length = 0;
  it.desired.receive(document(2, A, B));
  await waitFor('the document to be read again', () => it.wanted.length > 0);
  expect(new Set(it.wanted)).toEqual(new Set([`${B} 1`]));
  // However much happens in between.
  for (let n = 0; n < 30; n += 1) await it.over(`models/acme/c-1.0.${n}.json`, 'failed', undefined);
  expect(await it.take(document(3, A, B))).toEqual([`${B} 1`]);
  expect(await it.take(document(4, B))).toEqual([`${B} 1`]);
  expect(await it.take(document(5, A, B))).toEqual([`${A} 5`, `${B} 1`]);
});

test('a release that only made way for another one is wanted again; one that a person took back is not', async () => {
  await using it = await setting();
  await it.take(document(1, A));
  await it.over(A, 'failed', 1, 'update_superseded');
  expect(await it.take(document(2, A))).toEqual([`${A} 1`]);
  await it.over(A, 'committed', 1);
  await it.over(A, 'rolled_back', undefined, 'asked');
  expect(await it.take(document(3, A))).toEqual([]);
  expect(it.desired.status()).toMatchObject({ state: 'rolled_back', reason: `${A}: asked` });
});

test('the highest possible revision, which whoever may write to the broker can give, does not shut out what comes later', async () => {
  await using it = await setting();
  await it.take(document(5, A));
  await it.take(document(Number.MAX_SAFE_INTEGER, B));
  const floor = 5 + MAX_REVISION_STEP;
  expect(it.desired.status()).toMatchObject({ revision: Number.MAX_SAFE_INTEGER, floor });
  // What is below the floor is refused as ever, after a start of the device too.
  const again = it.start();
  await it.take(document(5, A), again);
  expect(again.desired.status()).toMatchObject({
    refused: { revision: 5, reason: `revision ${floor} was there before` },
  });
  expect(await it.take(document(floor + 1, A), again)).toEqual([`${A} ${floor + 1}`]);
  expect(again.desired.status()).toEqual({ revision: floor + 1, state: 'waiting' });
});
