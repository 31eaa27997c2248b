import { type Clock, type Logger, messageOf } from '@lineside/kit';
import type { DeviceState, Reported } from '@lineside/protocol';
import type { DeviceStore } from './device-store.ts';
import { Presence, type Link } from './presence.ts';

export interface DeviceRegistryOptions {
  readonly store: DeviceStore;
  readonly clock: Clock;
  readonly log: Logger;
}

/** Receives what devices say about themselves: keeps who is online in memory, and the rest in the store. */
export class DeviceRegistry {
  readonly #options: DeviceRegistryOptions;
  readonly #presence = new Presence();

  constructor(options: DeviceRegistryOptions) {
    this.#options = options;
  }

  /** Devices that are online. */
  get online(): number {
    return this.#presence.online;
  }

  isOnline(device: string): boolean {
    return this.of(device, this.#options.clock.monoMs()).link === 'online';
  }

  of(device: string, nowMs: number): Link {
    return this.#presence.of(device, nowMs);
  }

  /** Takes a birth or a will. */
  hear(device: string, state: DeviceState): void {
    const { store, clock, log } = this.#options;
    const meaning = this.#presence.hear(device, state, clock.monoMs());
    if (meaning === 'identity_conflict') log.warn({ device }, 'two devices use this identity in turns');
    else if (meaning === 'birth' || meaning === 'offline') {
      log.info({ device, session: state.session }, `device ${meaning}`);
    }
    if (!state.online) return;
    void store
      .saveBirth(device, state, clock.wallMs())
      .catch((error: unknown) => log.error({ device, error: messageOf(error) }, 'birth not stored'));
  }

  /** Takes a reported document. */
  report(device: string, document: Reported): void {
    const { store, clock, log } = this.#options;
    void store
      .saveReported(device, JSON.stringify(document), clock.wallMs())
      .catch((error: unknown) => log.error({ device, error: messageOf(error) }, 'reported document not stored'));
  }

  /** The broker is gone, so no device is known to be online. */
  forgetLinks(): void {
    this.#presence.forgetLinks(this.#options.clock.monoMs());
  }
}
