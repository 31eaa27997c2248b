import { BundleStore, UpdateError, UpdateJournal } from '../updates/index.ts';
import { updatesFolder } from './line-updates.ts';

/**
 * Goes back to the version of a model before its update while no line runs; the next start takes it. Throws UpdateError
 * `update_no_previous`.
 */
export async function rollBackWithoutLine(
  dataDir: string,
  id: string,
): Promise<{ readonly state: string; readonly from: string; readonly to: string }> {
  const folder = updatesFolder(dataDir);
  const [journal, bundles] = [new UpdateJournal(folder), new BundleStore(dataDir, folder)];
  const pointer = await bundles.pointer(id);
  const kept = pointer.kind === 'update' ? (await journal.read()).bundles[pointer.bundle] : undefined;
  if (pointer.kind !== 'update' || kept?.before === undefined) {
    throw new UpdateError('update_no_previous', `${id} has no earlier version on this device`);
  }
  const now = Date.now();
  const record = {
    ...{ target: kept.target, origin: { kind: 'repository' as const }, sinceMs: now, beganMs: now },
    ...{ attempts: 1, trialStarts: 0, release: kept.release, bundle: pointer.bundle, before: kept.before },
    reason: { code: 'asked', message: 'a person went back to the version before' },
  };
  await journal.put({ ...record, state: 'rolling_back' });
  await bundles.point(id, kept.before);
  await journal.put({ ...record, state: 'rolled_back' });
  return {
    state: 'rolled_back',
    from: pointer.bundle,
    to: kept.before.kind === 'update' ? kept.before.bundle : 'catalog',
  };
}
