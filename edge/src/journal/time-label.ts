import type { ClockQuality } from '@lineside/protocol/records';
import type { Clock } from '@lineside/kit';

export interface TimeLabel {
  readonly t: number;
  readonly m: number;
  readonly q: ClockQuality;
}

/** Latest instants that have certainly passed (`trusted`) or that the clock has shown (`seen`), wall ms. */
export interface TimeFloor {
  readonly trusted: number;
  readonly seen: number;
}

const TOLERANCE_MS = 1_000;
const PROBE_EVERY_MS = 10_000;

/**
 * Labels records with wall time and says how far it can be trusted. The floor is kept over restarts: records of a device
 * that starts in 1970 are `suspect`. Only a synchronised clock and the collector's time raise the trusted floor, so a wrong jump
 * ahead while unsynchronised is forgotten once the clock is set.
 */
export class TimeLabeller {
  readonly #clock: Clock;
  readonly #synced: () => boolean;
  #trusted: number;
  #seen: number;
  #wasSynced = false;
  #probedAtMs = Number.NEGATIVE_INFINITY;

  constructor(clock: Clock, synced: () => boolean, floor: TimeFloor) {
    this.#clock = clock;
    this.#synced = synced;
    this.#trusted = floor.trusted;
    this.#seen = floor.seen;
  }

  get floor(): TimeFloor {
    return { trusted: this.#trusted, seen: this.#seen };
  }

  now(): TimeLabel {
    const t = Math.round(this.#clock.wallMs());
    const m = this.#clock.monoMs();
    if (m - this.#probedAtMs >= PROBE_EVERY_MS) {
      this.#probedAtMs = m;
      this.#wasSynced = this.#synced();
    }
    if (t < this.#trusted - TOLERANCE_MS) return { t, m, q: 'suspect' };
    if (this.#wasSynced) {
      this.#trusted = Math.max(this.#trusted, t);
      this.#seen = this.#trusted;
      return { t, m, q: 'synced' };
    }
    if (t < this.#seen - TOLERANCE_MS) return { t, m, q: 'suspect' };
    this.#seen = Math.max(this.#seen, t);
    return { t, m, q: 'unsynced' };
  }

  /** The collector's clock, from an ack. A synchronised clock of this device is preferred. */
  observeServerTime(serverMs: number): void {
    if (this.#wasSynced) return;
    this.#trusted = Math.max(this.#trusted, serverMs);
    // Anything the clock showed beyond it was a wrong jump ahead, which must not make all later records suspect.
    this.#seen = this.#trusted;
  }
}
