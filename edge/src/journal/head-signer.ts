import { headsText, signedHeadsBody } from '@lineside/protocol';
import type { Clock } from '@lineside/kit';
import type { DeviceKey } from './device-key.ts';
import type { Journal } from './journal.ts';

const EVERY_MS = 3_600_000;
/** Audit records are signed sooner. */
const AFTER_AUDIT_MS = 60_000;

/**
 * Signs the heads of all chains with the device's key, in an audit record: hourly, and soon after another audit record.
 * A chain that is rewritten afterwards, here or at the collector, no longer matches the signatures.
 */
export class HeadSigner {
  readonly #journal: Journal;
  readonly #key: DeviceKey;
  readonly #clock: Clock;
  #signedAtMs = Number.NEGATIVE_INFINITY;
  /** Ends when they were signed last: the total of numbers, and those of audit after that record. */
  #total = -1;
  #audit = -1;

  constructor(options: { journal: Journal; key: DeviceKey; clock: Clock }) {
    this.#journal = options.journal;
    this.#key = options.key;
    this.#clock = options.clock;
  }

  get publicKey(): string {
    return this.#key.publicKey;
  }

  /** Signs when it is due. */
  maybeSign(): void {
    const age = this.#clock.monoMs() - this.#signedAtMs;
    const { audit } = this.#journal.ends();
    if (age >= EVERY_MS || (age >= AFTER_AUDIT_MS && audit.seq !== this.#audit)) this.sign();
  }

  /** Signs now, unless nothing was written since the last time. */
  sign(): void {
    const { device, epoch } = this.#journal;
    this.#journal.pinKey(this.#key.publicKey);
    const ends = this.#journal.ends();
    const total = Object.values(ends).reduce((sum, end) => sum + end.seq, 0);
    this.#signedAtMs = this.#clock.monoMs();
    if (total === this.#total) return;
    const signature = this.#key.sign(headsText(device, epoch, ends));
    const body = signedHeadsBody({ key: this.#key.publicKey, ends, signature });
    const [position] = this.#journal.append([{ stream: 'audit', kind: 'audit', body }]);
    this.#audit = position?.seq ?? this.#audit;
    this.#total = total + 1;
  }
}
