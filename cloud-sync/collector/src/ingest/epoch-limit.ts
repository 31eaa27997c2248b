/**
 * A device draws an epoch when its journal file is created: when it is new, after damage and after a rollback. One that
 * draws more than `BURST` at once, or one every `ONE_MORE_MS` for long, is broken or hostile.
 */
const BURST = 16;
const ONE_MORE_MS = 15 * 60_000;

interface Device {
  readonly epochs: Set<string>;
  left: number;
  atMs: number;
}

/** Which epochs of a device are accepted. After a restart of the collector the first ones count as new again. */
export class EpochLimit {
  readonly #devices = new Map<string, Device>();

  /** Whether a batch of this epoch is accepted; `nowMs` is monotonic. */
  accepts(device: string, epoch: string, nowMs: number): boolean {
    const known = this.#devices.get(device) ?? { epochs: new Set<string>(), left: BURST, atMs: nowMs };
    this.#devices.set(device, known);
    if (known.epochs.has(epoch)) return true;
    known.left = Math.min(BURST, known.left + (nowMs - known.atMs) / ONE_MORE_MS);
    known.atMs = nowMs;
    if (known.left < 1) return false;
    known.left -= 1;
    known.epochs.add(epoch);
    return true;
  }
}
