import { Backoff, type Clock } from '@lineside/kit';
import type { DeviceState } from '@lineside/protocol';
import { problem, type UplinkProblem } from './ports/index.ts';

/** How long after it was last noticed a conflict is still shown. */
const SHOWN_MS = 600_000;

export interface IdentityConflictOptions {
  readonly device: string;
  readonly clock: Clock;
  /** Between connections while the conflict lasts: two devices with one identity end each other's sessions. */
  readonly backoff: { readonly firstMs: number; readonly maxMs: number };
  readonly random: () => number;
  readonly report: (what: UplinkProblem) => void;
}

/**
 * Notices another device with this identity. A broker names it when it takes the session over (0x8E), but Mosquitto 2.0
 * only closes; so the state that the broker retains is compared with what this process published last.
 */
export class IdentityConflict {
  readonly #options: IdentityConflictOptions;
  readonly #backoff: Backoff;
  /** Session of the connection being made or in use, and the latest whose birth the broker has. */
  #session = '';
  #born: string | undefined;
  #seen = false;
  #count = 0;
  #seenAtMs = Number.NEGATIVE_INFINITY;

  constructor(options: IdentityConflictOptions) {
    this.#options = options;
    this.#backoff = new Backoff({ ...options.backoff, promptMs: options.backoff.firstMs / 10, random: options.random });
  }

  /** Times that it was noticed. */
  get count(): number {
    return this.#count;
  }

  /** Whether it was noticed in the current connection. */
  get seen(): boolean {
    return this.#seen;
  }

  /** Whether it was noticed lately. */
  get shown(): boolean {
    return this.#options.clock.monoMs() - this.#seenAtMs < SHOWN_MS;
  }

  /** A new connection begins. */
  begin(session: string): void {
    this.#session = session;
    this.#seen = false;
  }

  /** The broker has the birth of the current session. */
  born(): void {
    this.#born = this.#session;
  }

  onOwnState({ session }: DeviceState): void {
    if (this.#born === undefined || this.#seen || session === this.#born || session === this.#session) return;
    this.takenOver(`another device uses the identity ${this.#options.device} (its session is ${session})`);
  }

  takenOver(message: string): void {
    const { clock, backoff, report } = this.#options;
    const now = clock.monoMs();
    if (now - this.#seenAtMs > SHOWN_MS + backoff.maxMs) this.#backoff.reset();
    this.#seen = true;
    this.#seenAtMs = now;
    this.#count += 1;
    report(problem('identity_conflict', message));
  }

  /** How long to stay away from the broker, ms. */
  delayMs(): number {
    return this.#backoff.next();
  }
}
