import type { Desired, Reported, UpdateStatus } from '@lineside/protocol';

/** How a simulated line takes releases. */
export interface LineManner {
  /** Whether it is connected at this time. */
  readonly online?: (atMs: number) => boolean;
  /** From reading a document until it is through. */
  readonly takesMs?: number;
  /** How an update ends. */
  readonly ends?: 'committed' | 'rolled_back' | 'failed' | 'unable_to_roll_back';
}

const QUEUE = {};

/** A device reduced to desired in, reported out: reads documents while it is online, and takes its time. */
export class SimulatedLine {
  readonly device: string;
  readonly revisions: number[] = [];
  #manner: Required<LineManner>;
  #document: Desired | undefined;
  #updates: (UpdateStatus & { readonly beganMs: number })[] = [];

  constructor(device: string, manner: LineManner = {}) {
    this.device = device;
    this.#manner = { online: () => true, takesMs: 60_000, ends: 'committed', ...manner };
  }

  online(atMs: number): boolean {
    return this.#manner.online(atMs);
  }

  /** Targets that are in force. */
  get inForce(): readonly string[] {
    return this.#updates.filter(({ state }) => state === 'committed').map(({ target }) => target);
  }

  /** A person goes back to the model before. */
  goBack(): void {
    this.#manner = { ...this.#manner, ends: 'rolled_back' };
  }

  /** Takes what the broker retains; a document that is not newer is not followed. */
  read(document: Desired, atMs: number): void {
    if (document.revision <= (this.#document?.revision ?? 0)) return;
    this.revisions.push(document.revision);
    this.#document = document;
    for (const target of namesIn(document)) {
      if (this.#updates.some((update) => update.target === target)) continue;
      this.#updates.push({ target, state: 'downloading', since: atMs, beganMs: atMs });
    }
  }

  reported(atMs: number): Reported {
    const { takesMs, ends } = this.#manner;
    this.#updates = this.#updates.map((update) => {
      const { beganMs } = update;
      if (atMs - beganMs < takesMs / 2) return { ...update, progress: { bytes: 1, of: 2 } };
      const { progress: _, ...rest } = update;
      if (atMs - beganMs < takesMs) return { ...rest, state: 'trial' };
      return { ...rest, state: ends, ...(ends === 'committed' ? {} : { reason: { code: ends, message: 'made so' } }) };
    });
    const wanted = this.#document === undefined ? [] : namesIn(this.#document);
    const states = wanted.map((target) => this.#updates.find((update) => update.target === target)?.state ?? 'waiting');
    const revision = this.#document?.revision;
    return {
      ...{ v: 1, t: atMs, queue: QUEUE, pictures: 0, drainPerS: 0 },
      ...(revision === undefined
        ? {}
        : { desired: { revision, state: states.find((state) => state !== 'committed') ?? 'committed' } }),
      updates: { updates: this.#updates.map(({ beganMs: _, ...status }) => status), models: {} },
    };
  }
}

function namesIn({ models = {}, configuration }: Desired): readonly string[] {
  return [...Object.values(models), ...(configuration === undefined ? [] : [configuration])].map(({ target }) => target);
}
