import { type Desired, floorAfter, type Reported, type UpdateStatus } from '@lineside/protocol';

/** How a simulated line takes releases. */
export interface LineManner {
  /** Whether it is connected at this time. */
  readonly online?: (atMs: number) => boolean;
  /** From reading a document until it is through. */
  readonly takesMs?: number;
  /** How an update ends. */
  readonly ends?: 'committed' | 'rolled_back' | 'failed' | 'unable_to_roll_back';
}

/** A release that it has begun to install. */
interface Begun {
  readonly target: string;
  readonly beganMs: number;
}

const QUEUE = {};

/** A device reduced to desired in, reported out: reads documents while it is online, and takes its time. */
export class SimulatedLine {
  readonly device: string;
  readonly revisions: number[] = [];
  #manner: Required<LineManner>;
  #document: Desired | undefined;
  #floor = 0;
  readonly #begun: Begun[] = [];

  constructor(device: string, manner: LineManner = {}) {
    this.device = device;
    this.#manner = { online: () => true, takesMs: 60_000, ends: 'committed', ...manner };
  }

  online(atMs: number): boolean {
    return this.#manner.online(atMs);
  }

  /** Targets that it has begun to install, where its updates end well. */
  get inForce(): readonly string[] {
    return this.#manner.ends === 'committed' ? this.#begun.map(({ target }) => target) : [];
  }

  /** A person goes back to the model before. */
  goBack(): void {
    this.#manner = { ...this.#manner, ends: 'rolled_back' };
  }

  /** Takes what the broker retains; a document below the floor, or the same again, is not followed. */
  read(document: Desired, atMs: number): void {
    if (document.revision < this.#floor || document.revision === this.#document?.revision) return;
    this.#floor = floorAfter(this.#floor, document.revision);
    this.revisions.push(document.revision);
    this.#document = document;
    for (const target of namesIn(document)) {
      if (this.#begun.some((update) => update.target === target)) continue;
      this.#begun.push({ target, beganMs: atMs });
    }
  }

  reported(atMs: number): Reported {
    const updates = this.#begun.map((one) => this.#status(one, atMs));
    const wanted = this.#document === undefined ? [] : namesIn(this.#document);
    const states = wanted.map((target) => updates.find((update) => update.target === target)?.state ?? 'waiting');
    const revision = this.#document?.revision;
    return {
      ...{ v: 1, t: atMs, queue: QUEUE, pictures: 0, drainPerS: 0 },
      ...(revision === undefined
        ? {}
        : {
            desired: {
              revision,
              floor: this.#floor,
              state: states.find((state) => state !== 'committed') ?? 'committed',
            },
          }),
      updates: { updates, models: {} },
    };
  }

  #status({ target, beganMs }: Begun, atMs: number): UpdateStatus {
    const { takesMs, ends } = this.#manner;
    const common = { target, since: beganMs };
    if (atMs - beganMs < takesMs / 2) return { ...common, state: 'downloading', progress: { bytes: 1, of: 2 } };
    if (atMs - beganMs < takesMs) return { ...common, state: 'trial' };
    if (ends === 'committed') return { ...common, state: ends };
    return { ...common, state: ends, reason: { code: ends, message: 'made so' } };
  }
}

function namesIn({ models = {}, configuration }: Desired): readonly string[] {
  return [...Object.values(models), ...(configuration === undefined ? [] : [configuration])].map(
    ({ target }) => target,
  );
}
