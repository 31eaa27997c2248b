import { BundleStore, planRollback, UpdateJournal } from '../updates/index.ts';
import { updatesFolder } from './line-updates.ts';

/**
 * Goes back to the version of a model before its update while no line runs; the next start takes it. What a stop has interrupted about
 * other models goes on then. Throws UpdateError `update_no_previous`.
 */
export async function rollBackWithoutLine(
  dataDir: string,
  id: string,
): Promise<{ readonly state: string; readonly from: string; readonly to: string }> {
  const folder = updatesFolder(dataDir);
  const [journal, bundles] = [new UpdateJournal(folder), new BundleStore(dataDir, folder)];
  const { record, interrupted } = await planRollback(journal, bundles, id, Date.now());
  const before = record.before ?? { kind: 'catalog' as const };
  await journal.put(record);
  await bundles.point(id, before);
  await journal.put({ ...record, state: 'rolled_back' });
  if (interrupted !== undefined) await journal.put(interrupted);
  return {
    state: 'rolled_back',
    from: record.bundle ?? '',
    to: before.kind === 'update' ? before.bundle : 'catalog',
  };
}
