import { silentLogger } from '@lineside/kit';
import type { Desired, Reported } from '@lineside/protocol';
import {
  RolloutDesk,
  type RolloutRelease,
  Rollouts,
  type RolloutWish,
} from '../../cloud-sync/collector/src/rollouts/index.ts';
import type { CollectorStore } from '../../cloud-sync/collector/src/store/index.ts';
import { SimulatedLine, type LineManner } from './simulated-line.ts';

export const MINUTE = 60_000;
const START_MS = 1_790_000_000_000;

/** A release of one model; `version` is `major.minor.patch`. */
export function releaseOf(
  target: string,
  devices?: readonly string[],
): RolloutRelease & { devices?: readonly string[] } {
  const [, id = '', version = ''] = /([a-z]+)-(\d+\.\d+\.\d+)\.json$/.exec(target) ?? [];
  const kind = target.startsWith('config/') ? ('configuration' as const) : ('model' as const);
  const sha256 = Buffer.from(target).toString('hex').padEnd(64, '0').slice(0, 64);
  return { kind, id, version, counter: 1, target, bytes: 100, sha256, ...(devices && { devices }) };
}

/** Lines, a broker that retains, and a collector's rollouts on a real store, in virtual time. */
export class RolloutWorld {
  readonly lines: ReadonlyMap<string, SimulatedLine>;
  readonly store: CollectorStore;
  readonly desk: RolloutDesk;
  /** What the broker retains. */
  readonly retained = new Map<string, Desired>();
  /** What lines reported last. */
  readonly reported = new Map<string, Reported>();
  nowMs = START_MS;
  rollouts: Rollouts;
  brokerUp = true;

  constructor(
    store: CollectorStore,
    manners: Readonly<Record<string, LineManner>>,
    { approval = 'none', meant }: { approval?: 'none' | 'start' | 'groups'; meant?: readonly string[] } = {},
  ) {
    this.store = store;
    this.lines = new Map(Object.entries(manners).map(([id, manner]) => [id, new SimulatedLine(id, manner)]));
    this.rollouts = this.#collector();
    this.desk = new RolloutDesk({
      ...{ store: store.rollouts, approval, clock: this.#clock },
      known: async () => [...this.lines.keys()],
      reports: async () => this.#reports(),
      release: async (target) => releaseOf(target, meant),
    });
  }

  /** Minutes since the beginning. */
  get minute(): number {
    return (this.nowMs - START_MS) / MINUTE;
  }

  /** The collector ends and another begins, which knows the store only. */
  restart(): void {
    this.rollouts = this.#collector();
  }

  start(target: string, groups: Readonly<Record<string, readonly string[]>>, wish: Partial<RolloutWish> = {}) {
    return this.desk.start({
      ...{ target, soakMs: 10 * MINUTE, success: 1, errors: 0, by: { name: 'anna', proven: true } },
      groups: Object.entries(groups).map(([name, devices]) => ({ name, devices })),
      ...wish,
    });
  }

  /** Lets so many minutes pass: lines read and report, the collector takes its turn; `look` is called after each. */
  async pass(minutes: number, look: () => Promise<void> | void = () => undefined): Promise<void> {
    for (let n = 0; n < minutes; n += 1) {
      this.nowMs += MINUTE;
      for (const line of this.lines.values()) {
        if (!line.online(this.nowMs - START_MS)) continue;
        const document = this.retained.get(line.device);
        if (document !== undefined) line.read(document, this.nowMs);
        this.reported.set(line.device, line.reported(this.nowMs));
      }
      await this.rollouts.turn();
      await look();
    }
  }

  /** Lines of a rollout by state. */
  async states(id: string): Promise<Readonly<Record<string, number>>> {
    const { lines } = await this.desk.get(id);
    const counts: Record<string, number> = {};
    for (const { state } of lines) counts[state] = (counts[state] ?? 0) + 1;
    return counts;
  }

  #reports() {
    return [...this.reported].map(([device, reported]) => ({ device, reported }));
  }

  #clock = {
    monoMs: () => this.nowMs - START_MS,
    wallMs: () => this.nowMs,
    sleep: async () => undefined,
  };

  #collector(): Rollouts {
    return new Rollouts({
      ...{ store: this.store.rollouts, clock: this.#clock, log: silentLogger },
      reports: async () => this.#reports(),
      isOnline: (device) => this.lines.get(device)?.online(this.nowMs - START_MS) ?? false,
      publish: (device, document) => {
        if (!this.brokerUp) return false;
        this.retained.set(device, document);
        return true;
      },
    });
  }
}
