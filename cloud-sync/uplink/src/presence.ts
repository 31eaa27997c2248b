import type { Clock, Logger } from '@lineside/kit';
import { type CollectorState, type DeviceState, outgoing, type OutgoingMessage } from '@lineside/protocol';
import type { UplinkOptions } from './options.ts';
import type { UplinkSnapshot } from './snapshot.ts';

const LINE_LENGTH = 128;

/** Who is there: this device at the broker, and the collector. Logs each change. */
export class Presence {
  readonly #clock: Clock;
  readonly #log: Logger;
  #link: UplinkSnapshot['link'] = 'down';
  #since: number;
  #session: string | undefined;
  #collector: CollectorState | undefined;

  constructor(clock: Clock, log: Logger) {
    this.#clock = clock;
    this.#log = log;
    this.#since = clock.wallMs();
  }

  get link(): UplinkSnapshot['link'] {
    return this.#link;
  }

  /** Wall ms of the last change. */
  get since(): number {
    return this.#since;
  }

  /** Of the current connection. */
  get session(): string | undefined {
    return this.#session;
  }

  /** The presence of the collector, while it is online. */
  get collector(): CollectorState | undefined {
    return this.#collector;
  }

  connected(session: string): void {
    this.#session = session;
    this.#changed();
  }

  disconnected(): void {
    this.#session = undefined;
    this.#collector = undefined;
    this.#changed();
  }

  onCollector(state: CollectorState): void {
    this.#collector = state.online ? state : undefined;
    this.#changed();
  }

  #changed(): void {
    const link = this.#session === undefined ? 'down' : this.#collector === undefined ? 'broker' : 'online';
    if (link === this.#link) return;
    this.#log.info({ from: this.#link, to: link }, 'uplink: link');
    this.#link = link;
    this.#since = this.#clock.wallMs();
  }
}

/** The birth message of a device (`online`) or its will. */
export function presenceMessage(options: UplinkOptions, session: string, online: boolean): OutgoingMessage {
  return outgoing('state', { device: options.outbox.device }, deviceState(options, session, online));
}

/** What a device says about itself. */
export type StateFacts = Pick<UplinkOptions, 'outbox' | 'line' | 'version' | 'publicKey' | 'clock' | 'shifts'>;

export function deviceState(facts: StateFacts, session: string, online: boolean): DeviceState {
  const { outbox, line, version, publicKey, clock, shifts } = facts;
  return {
    v: 1,
    online,
    session,
    epoch: outbox.epoch,
    boot: outbox.boot,
    t: Math.round(clock.wallMs()),
    ...(line === undefined ? {} : { line: line.slice(0, LINE_LENGTH) }),
    ...(version === undefined ? {} : { version }),
    ...(publicKey === undefined ? {} : { key: publicKey }),
    ...(shifts === undefined ? {} : { shifts }),
  };
}

/** Each connection has a session of its own, so that the will of an earlier one is recognised. */
export function drawSession(random: () => number): string {
  const digits = (): string =>
    Math.floor(random() * 2 ** 32)
      .toString(16)
      .padStart(8, '0');
  return digits() + digits();
}
