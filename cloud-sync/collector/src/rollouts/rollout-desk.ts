import type { Clock } from '@lineside/kit';
import { UsageError } from '../errors/index.ts';
import type { Person } from '../people/index.ts';
import { act, type RolloutAct } from './person-acts.ts';
import { type Approval, APPROVALS, type Rollout, type RolloutNote, type RolloutRelease } from './rollout.ts';
import type { RolloutChange, RolloutStore } from './rollout-store.ts';
import type { DeviceReport } from './rollouts.ts';
import { type GroupWish, startRollout } from './start.ts';
import type { LineFacts } from './step.ts';

/** What a person asks for. */
export interface RolloutWish {
  /** Name of the release in the signed metadata. */
  readonly target: string;
  readonly groups: readonly GroupWish[];
  readonly soakMs: number;
  readonly success: number;
  readonly errors: number;
  readonly lineDeadlineMs?: number | undefined;
  /** At least what is configured. */
  readonly approval?: Approval | undefined;
  readonly by: Person;
}

export interface RolloutDeskOptions {
  readonly store: RolloutStore;
  /** Ids of devices that have a credential, and of those that were connected. */
  readonly known: () => Promise<readonly string[]>;
  readonly reports: () => Promise<readonly DeviceReport[]>;
  /** The release in the published metadata. Throws UsageError where there is none. */
  readonly release: (target: string) => Promise<RolloutRelease & { readonly devices?: readonly string[] | undefined }>;
  /** What the configuration asks for. */
  readonly approval: Approval;
  readonly clock: Clock;
}

const TRIES = 5;
const MAX_HISTORY = 1000;

/** What people do with rollouts, from the command line and over HTTP. Works beside running collectors of the same store. */
export class RolloutDesk {
  readonly #options: RolloutDeskOptions;

  constructor(options: RolloutDeskOptions) {
    this.#options = options;
  }

  /** Begins a rollout; the running collector carries it on. Throws UsageError with what is wrong about it. */
  async start(wish: RolloutWish): Promise<Rollout> {
    const { store, known, clock } = this.#options;
    const release = await this.#options.release(wish.target);
    const approval = stricter(this.#options.approval, wish.approval ?? 'none');
    for (let n = 1; n <= TRIES; n += 1) {
      const ids = new Set((await store.list(10_000)).map(({ id }) => id));
      const { rollout, notes } = startRollout({
        ...wish,
        ...{ release, approval, nowMs: clock.wallMs(), known: await known(), active: await store.active() },
        taken: (id) => ids.has(id),
      });
      if (await store.create({ rollout, documents: [], notes })) return rollout;
    }
    throw busy(wish.target);
  }

  /** Throws UsageError where there is no such rollout, or it cannot be done now. */
  async act(id: string, what: RolloutAct, by: Person, reason?: string): Promise<Rollout> {
    const { store, clock, reports } = this.#options;
    for (let n = 1; n <= TRIES; n += 1) {
      const rollout = await this.get(id);
      const documents = new Map((await store.documents()).map((row) => [row.device, row.document]));
      const reported = new Map((await reports()).map((row) => [row.device, row.reported]));
      const factsOf = (device: string): LineFacts => ({
        online: false,
        reported: reported.get(device),
        document: documents.get(device),
      });
      const change: RolloutChange = act(rollout, what, { by, nowMs: clock.wallMs(), reason, factsOf });
      if (await store.save(change)) return change.rollout;
    }
    throw busy(id);
  }

  /** Throws UsageError where there is no such rollout. */
  async get(id: string): Promise<Rollout> {
    const rollout = await this.#options.store.get(id);
    if (rollout !== undefined) return rollout;
    throw new UsageError({
      code: 'rollout_unknown',
      message: `there is no rollout ${JSON.stringify(id)}`,
      advice: 'lineside-collector rollout list',
    });
  }

  async list(limit: number): Promise<readonly Rollout[]> {
    return this.#options.store.list(limit);
  }

  async history(id: string): Promise<readonly RolloutNote[]> {
    return this.#options.store.history(id, MAX_HISTORY);
  }
}

function stricter(a: Approval, b: Approval): Approval {
  return APPROVALS[Math.max(APPROVALS.indexOf(a), APPROVALS.indexOf(b))] ?? 'groups';
}

function busy(what: string): UsageError {
  return new UsageError({
    code: 'rollout_busy',
    message: `${what} was changed by somebody else again and again`,
    advice: 'look at what they did (rollout show), and try again',
  });
}
