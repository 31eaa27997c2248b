/** What is free on a disk, and how much there is. */
export interface DiskState {
  readonly freeBytes: number;
  readonly totalBytes: number;
  readonly freeInodes: number;
  /** 0 on file systems that have no fixed number of them. */
  readonly totalInodes: number;
}

/** How much is missing to what is to stay free. */
export interface Missing {
  readonly bytes: number;
  readonly inodes: number;
}

/** Of a small disk no more than this fraction stays free, and of every disk so many inodes. */
const FRACTION = 0.05;

/** How much of a disk is to stay free for the journal and for the rest of the system. */
export class DiskReserve {
  readonly #state: () => DiskState | undefined;
  readonly #reserveBytes: number;

  /** `state` gives undefined while it cannot be read: then nothing is known to be missing. */
  constructor(state: () => DiskState | undefined, reserveBytes: number) {
    this.#state = state;
    this.#reserveBytes = reserveBytes;
  }

  /** Undefined while enough is free. */
  missing(): Missing | undefined {
    const state = this.#state();
    if (state === undefined) return undefined;
    const { freeBytes, totalBytes, freeInodes, totalInodes } = state;
    const bytes = Math.max(0, Math.ceil(Math.min(this.#reserveBytes, FRACTION * totalBytes) - freeBytes));
    const inodes = totalInodes === 0 ? 0 : Math.max(0, Math.ceil(FRACTION * totalInodes - freeInodes));
    return bytes > 0 || inodes > 0 ? { bytes, inodes } : undefined;
  }
}
