import type { BundleStore } from './bundle-store.ts';
import { UpdateError } from './errors.ts';
import type { UpdateDocument, UpdateJournal, UpdateRecord } from './update-journal.ts';

export interface RollbackPlan {
  /** To be put into the journal, in its state `rolling_back`, before anything is done. */
  readonly record: UpdateRecord;
  /** What was going on and is about something else: it goes on afterwards. */
  readonly interrupted: UpdateRecord | undefined;
}

const ASKED = { code: 'asked', message: 'a person went back to the version before' } as const;

/**
 * How a person's wish to leave the version of a model in use is carried out. A trial of that model that is going on is what is left;
 * otherwise the bundle in use is. Throws UpdateError `update_no_previous`.
 */
export async function planRollback(
  journal: Pick<UpdateJournal, 'read'>,
  bundles: Pick<BundleStore, 'pointer'>,
  id: string,
  nowMs: number,
): Promise<RollbackPlan> {
  const document = await journal.read();
  const tried = onTrial(document, id);
  if (tried !== undefined) {
    // Its revision and its shadow stay with it: the desired document that named it must know how it ended.
    return { record: { ...tried, state: 'rolling_back', sinceMs: nowMs, reason: ASKED }, interrupted: undefined };
  }
  const pointer = await bundles.pointer(id);
  const kept = pointer.kind === 'update' ? document.bundles[pointer.bundle] : undefined;
  if (pointer.kind !== 'update' || kept?.before === undefined) {
    throw new UpdateError('update_no_previous', `${id} has no earlier version on this device`);
  }
  const record: UpdateRecord = {
    ...{ target: kept.target, origin: { kind: 'repository' as const }, sinceMs: nowMs, beganMs: nowMs },
    ...{ attempts: 1, trialStarts: 0, release: kept.release, bundle: pointer.bundle, before: kept.before },
    ...{ state: 'rolling_back', reason: ASKED },
  };
  return { record, interrupted: document.current?.target === kept.target ? undefined : document.current };
}

/** What is going on, where it is about this model and may be on the line already. */
function onTrial({ current }: UpdateDocument, id: string): UpdateRecord | undefined {
  if (current?.release?.kind !== 'model' || current.release.id !== id) return undefined;
  return current.state === 'trial' || current.state === 'rolling_back' ? current : undefined;
}
