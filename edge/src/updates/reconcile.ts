import type { BundleStore } from './bundle-store.ts';
import { isOver, type UpdateJournal } from './update-journal.ts';

/** What a start has put right, in words for the log. */
export type Repairs = readonly string[];

/**
 * To be called before the models of a line are looked up: after it every pointer leads to a bundle that is complete. A trial
 * that a second start interrupts is taken back, because the device may be failing on account of it.
 */
export async function reconcile(journal: UpdateJournal, bundles: BundleStore): Promise<Repairs> {
  const repairs: string[] = [];
  const { current } = await journal.read();
  if (current?.state === 'trial') {
    const trialStarts = current.trialStarts + 1;
    await journal.put(
      trialStarts < 2
        ? { ...current, trialStarts }
        : {
            ...current,
            trialStarts,
            state: 'rolling_back',
            reason: { code: 'update_interrupted', message: 'the device stopped twice during the trial' },
          },
    );
  }
  const document = await journal.read();
  const going = document.current;
  if (going?.state === 'rolling_back' && going.release?.kind === 'model' && going.before !== undefined) {
    await bundles.point(going.release.id, going.before);
    repairs.push(`${going.release.id} goes back to what ran before the update`);
  }
  for (const [id, bundle] of await bundles.pointers()) {
    const sound = async (name: string): Promise<boolean> => {
      const release = document.bundles[name]?.release ?? releaseOf(going, name);
      return release?.kind === 'model' && (await bundles.isSound(name, release));
    };
    if (await sound(bundle)) continue;
    const before = document.bundles[bundle]?.before ?? (going?.bundle === bundle ? going.before : undefined);
    const safe = before?.kind === 'update' && (await sound(before.bundle)) ? before : ({ kind: 'catalog' } as const);
    await bundles.point(id, safe);
    repairs.push(
      `the bundle ${bundle} is damaged: ${id} is taken from ${safe.kind === 'update' ? safe.bundle : 'the catalog'}`,
    );
  }
  return repairs;
}

function releaseOf(current: Awaited<ReturnType<UpdateJournal['read']>>['current'], bundle: string) {
  return current !== undefined && !isOver(current) && current.bundle === bundle ? current.release : undefined;
}
