import type { DesiredHandler } from '@lineside/uplink';
import type { Desired, DesiredStatus } from '@lineside/protocol';
import { type Logger, messageOf } from '@lineside/kit';
import { type BundleStore, isOver, type UpdateJournal } from '../updates/index.ts';

export interface DesiredReleasesParts {
  readonly journal: UpdateJournal;
  readonly bundles: BundleStore;
  readonly log: Logger;
  /** Installs a release when its turn comes. */
  readonly want: (target: string) => void;
}

const REASON_LENGTH = 256;

/**
 * What the cloud wants of this device: names of releases. The names authorise nothing; the signed metadata does. The highest
 * revision is remembered over restarts, and a lower one is refused. A release that was refused or taken back is not tried
 * again until another one is wanted.
 */
export class DesiredReleases implements DesiredHandler {
  readonly #parts: DesiredReleasesParts;
  #status: DesiredStatus | undefined;

  constructor(parts: DesiredReleasesParts) {
    this.#parts = parts;
  }

  receive(document: Desired): void {
    this.#take(document).catch((error: unknown) => {
      const { revision } = document;
      this.#parts.log.error({ revision, err: messageOf(error) }, 'a desired document could not be taken in');
    });
  }

  status(): DesiredStatus | undefined {
    return this.#status;
  }

  /** Queues what is wanted and not in force; brings the status up to date. */
  async reconcile(): Promise<void> {
    const { journal, bundles, want } = this.#parts;
    const { desired, current, history, bundles: known, configuration } = await journal.read();
    if (desired === undefined) return;
    const states: string[] = [];
    const reasons: string[] = [];
    const inForce = new Set([configuration?.target]);
    for (const bundle of (await bundles.pointers()).values()) inForce.add(known[bundle]?.target);
    for (const target of desired.targets) {
      const latest = current?.target === target ? current : history.find((one) => one.target === target);
      const installed = inForce.has(target) && (latest === undefined || isOver(latest));
      const refused = latest !== undefined && isOver(latest) && latest.state !== 'committed';
      if (!installed && !refused && current?.target !== target) want(target);
      states.push(installed ? 'committed' : (latest?.state ?? 'waiting'));
      if (!installed && latest?.reason !== undefined) reasons.push(`${target}: ${latest.reason.message}`);
    }
    const state = states.find((one) => one !== 'committed') ?? 'committed';
    this.#status = {
      revision: desired.revision,
      state,
      ...(reasons.length === 0 ? {} : { reason: reasons.join('; ').slice(0, REASON_LENGTH) }),
    };
  }

  async #take({ revision, models = {}, configuration }: Desired): Promise<void> {
    const { journal, log } = this.#parts;
    const { desired } = await journal.read();
    if (desired !== undefined && revision < desired.revision) {
      log.warn({ revision, newest: desired.revision }, 'an older desired document is not followed');
      return;
    }
    const targets = [...Object.values(models), ...(configuration === undefined ? [] : [configuration])];
    await journal.change((document) => ({
      ...document,
      desired: { revision, targets: targets.map(({ target }) => target) },
    }));
    await this.reconcile();
  }
}
