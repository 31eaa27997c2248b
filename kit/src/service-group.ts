import { isAbort } from './error.ts';
import { aborted, type Service } from './service.ts';

interface Member {
  readonly stop: AbortController;
  readonly ended: Promise<void>;
}

/**
 * Services that can be added and removed while the group runs. Those added before `run` start with it. A service that
 * fails, or returns before it is asked to stop, ends the group.
 */
export class ServiceGroup implements Service {
  readonly name: string;
  readonly #waiting = new Set<Service>();
  readonly #members = new Map<Service, Member>();
  readonly #failed = new AbortController();
  readonly #failures: unknown[] = [];
  #signal: AbortSignal | undefined;

  constructor(name: string, services: readonly Service[] = []) {
    this.name = name;
    for (const service of services) this.#waiting.add(service);
  }

  /** Starts the service, now or with the group. */
  add(service: Service): void {
    if (this.#signal === undefined) this.#waiting.add(service);
    else if (!this.#signal.aborted) this.#start(service, this.#signal);
  }

  /** Stops the service and waits for its end; the group goes on. Does nothing for one that is not in the group. */
  async remove(service: Service): Promise<void> {
    this.#waiting.delete(service);
    const member = this.#members.get(service);
    if (member === undefined) return;
    member.stop.abort();
    await member.ended;
  }

  /** Runs the services until `signal` aborts or one of them fails; then stops the others. Throws the first failure. */
  async run(signal: AbortSignal): Promise<void> {
    const all = AbortSignal.any([signal, this.#failed.signal]);
    this.#signal = all;
    for (const service of this.#waiting) this.#start(service, all);
    this.#waiting.clear();
    await aborted(all);
    await Promise.all([...this.#members.values()].map(({ ended }) => ended));
    if (this.#failures.length > 0) throw this.#failures[0];
  }

  #start(service: Service, all: AbortSignal): void {
    const stop = new AbortController();
    const signal = AbortSignal.any([all, stop.signal]);
    this.#members.set(service, { stop, ended: this.#supervise(service, signal) });
  }

  async #supervise(service: Service, signal: AbortSignal): Promise<void> {
    try {
      await service.run(signal);
      if (!signal.aborted) throw new Error(`${service.name} ended by itself`);
    } catch (error) {
      if (!(signal.aborted && isAbort(error))) {
        this.#failures.push(error);
        this.#failed.abort();
      }
    } finally {
      this.#members.delete(service);
    }
  }
}

/** Runs services together until `signal` aborts or one of them fails; throws the first failure. See `ServiceGroup`. */
export function superviseServices(services: readonly Service[], signal: AbortSignal): Promise<void> {
  return new ServiceGroup('services', services).run(signal);
}
