import { type Desired, type DesiredStatus, floorAfter } from '@lineside/protocol';
import type { DesiredHandler } from '@lineside/uplink';
import { type Logger, messageOf } from '@lineside/kit';
import { type BundleStore, isOver, type UpdateDocument, type UpdateJournal } from '../updates/index.ts';

export interface DesiredReleasesParts {
  readonly journal: UpdateJournal;
  readonly bundles: BundleStore;
  readonly log: Logger;
  /** Installs a release when its turn comes; `revision`: of the document since which it is named. */
  readonly want: (target: string, revision: number) => void;
  /** A document was taken in: what it no longer names is not wanted any more. */
  readonly changed: () => Promise<void>;
}

const REASON_LENGTH = 256;

/**
 * What the cloud wants of this device: names of releases. The names authorise nothing; the signed metadata does. The floor of
 * revisions is remembered over restarts, and a document below it is refused and reported. A release that was refused or taken back is
 * not tried again until a later document names it anew, so that nothing flaps.
 */
export class DesiredReleases implements DesiredHandler {
  readonly #parts: DesiredReleasesParts;
  #status: DesiredStatus | undefined;
  #turn: Promise<unknown> = Promise.resolve();

  constructor(parts: DesiredReleasesParts) {
    this.#parts = parts;
  }

  receive(document: Desired): void {
    this.#turn = this.#turn
      .then(() => this.#take(document))
      .catch((error: unknown) => {
        const { revision } = document;
        this.#parts.log.error({ revision, err: messageOf(error) }, 'a desired document could not be taken in');
      });
  }

  status(): DesiredStatus | undefined {
    return this.#status;
  }

  /** Queues what is wanted and not in force; brings the status up to date. */
  async reconcile(): Promise<void> {
    for (const { target, since } of await this.review()) this.#parts.want(target, since);
  }

  /** Brings the status up to date; gives what is wanted, not in force and not tried yet. */
  async review(): Promise<readonly { readonly target: string; readonly since: number }[]> {
    const { journal, bundles } = this.#parts;
    const document = await journal.read();
    const { desired, current } = document;
    if (desired === undefined) return [];
    const open: { target: string; since: number }[] = [];
    const inForce = new Set([document.configuration?.target]);
    for (const bundle of (await bundles.pointers()).values()) inForce.add(document.bundles[bundle]?.target);
    const states: string[] = [];
    const reasons: string[] = [];
    for (const target of desired.targets) {
      const isGoing = current?.target === target && !isOver(current);
      const since = desired.since[target] ?? desired.revision;
      const tried = desired.outcomes[target];
      const isDone = !isGoing && inForce.has(target);
      // One that was installed and replaced since, from a stick for example, is wanted again.
      const isOpen = tried === undefined || tried.state === 'committed';
      if (!isGoing && !isDone && isOpen) open.push({ target, since });
      const latest = isGoing ? current : tried;
      const state = latest?.state ?? 'waiting';
      states.push(isDone ? 'committed' : state === 'committed' ? 'waiting' : state);
      if (!isDone && latest?.reason !== undefined) reasons.push(`${target}: ${latest.reason.message}`);
    }
    const { revision, floor = revision, refused } = desired;
    this.#status = {
      revision,
      ...(floor === revision ? {} : { floor }),
      state: states.find((one) => one !== 'committed') ?? 'committed',
      ...(reasons.length === 0 ? {} : { reason: reasons.join('; ').slice(0, REASON_LENGTH) }),
      ...(refused === undefined ? {} : { refused }),
    };
    return open;
  }

  async #take({ revision, models = {}, configuration }: Desired): Promise<void> {
    const { journal, log, changed } = this.#parts;
    const { desired } = await journal.read();
    const named = [...Object.values(models), ...(configuration === undefined ? [] : [configuration])];
    const targets = [...new Set(named.map(({ target }) => target))];
    const why = desired === undefined ? undefined : refusal(desired, revision, targets);
    // It comes again with each connection.
    if (desired?.revision === revision && why === undefined) return this.reconcile();
    if (desired !== undefined && why !== undefined) {
      log.warn({ revision, newest: desired.revision }, `a desired document is not followed: ${why}`);
      await journal.change((document) => ({
        ...document,
        desired: { ...(document.desired ?? desired), refused: { revision, reason: why } },
      }));
    } else {
      // A release that was named before is not wanted anew.
      const since = Object.fromEntries(targets.map((target) => [target, desired?.since[target] ?? revision]));
      const kept = Object.entries(desired?.outcomes ?? {}).filter(
        ([target]) => since[target] !== revision && target in since,
      );
      const outcomes = Object.fromEntries(kept);
      const floor = floorAfter(floorOf(desired), revision);
      await journal.change((document) => ({ ...document, desired: { revision, floor, targets, since, outcomes } }));
    }
    await changed();
    await this.reconcile();
  }
}

function floorOf(desired: UpdateDocument['desired']): number {
  return desired?.floor ?? desired?.revision ?? 0;
}

/** Why a document is not followed; undefined where it is. */
function refusal(
  desired: NonNullable<UpdateDocument['desired']>,
  revision: number,
  targets: readonly string[],
): string | undefined {
  const floor = floorOf(desired);
  if (revision < floor) return `revision ${floor} was there before`;
  const isSame = targets.length === desired.targets.length && targets.every((one) => desired.targets.includes(one));
  return revision !== desired.revision || isSame ? undefined : `revision ${revision} named other releases before`;
}
