import { type Clock, messageOf } from '@lineside/kit';

const PING_MS = 3000;

/** A part that can say what is wrong with it; an empty list when nothing is. */
export type HealthCheck = () => Promise<readonly string[]>;

/** What `/healthz` answers: the problems of all parts. Unhealthy until the first check is registered. */
export class Health {
  readonly #checks: HealthCheck[] = [];

  add(check: HealthCheck): void {
    this.#checks.push(check);
  }

  async problems(): Promise<readonly string[]> {
    if (this.#checks.length === 0) return ['the collector is starting'];
    return (await Promise.all(this.#checks.map(async (check) => check()))).flat();
  }
}

export interface StoreCheck {
  /** Why the store does not answer, as far as ingest knows. */
  readonly problem: () => string | undefined;
  readonly ping: () => Promise<void>;
  readonly clock: Clock;
}

/** Whether the store can take a commit now: asks it, with a deadline. */
export function storeCheck({ problem, ping, clock }: StoreCheck): HealthCheck {
  return async () => {
    const known = problem();
    if (known !== undefined) return [`the store does not answer: ${known}`];
    const late = clock.sleep(PING_MS).then(() => `no answer in ${PING_MS} ms`);
    const found = await Promise.race([ping().then(() => undefined, messageOf), late]);
    return found === undefined ? [] : [`the store does not answer: ${found}`];
  };
}
