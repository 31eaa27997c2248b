interface Vote {
  readonly atMs: number;
  readonly against: boolean;
}

/** What must come together for a verdict. */
export interface Majority {
  /** Frames against the product. */
  readonly sightings: number;
  /** As a fraction of the frames that judged it. */
  readonly fraction: number;
  /** The first and the last of them must be this far apart. */
  readonly durationMs: number;
}

/** The frames of one product that judged it in one respect, over the recent past. */
export class Votes {
  readonly #windowMs: number;
  #votes: Vote[] = [];
  #against = 0;

  constructor(windowMs: number) {
    this.#windowMs = windowMs;
  }

  /** Frames against the product since the beginning. */
  get against(): number {
    return this.#against;
  }

  /** Frames that judged it in the recent past. */
  get count(): number {
    return this.#votes.length;
  }

  /** Takes in one frame that could judge the product. */
  add(atMs: number, against: boolean): void {
    this.#votes = this.#votes.filter((vote) => atMs - vote.atMs <= this.#windowMs);
    this.#votes.push({ atMs, against });
    if (against) this.#against += 1;
  }

  has({ sightings, fraction, durationMs }: Majority): boolean {
    const against = this.#votes.filter((vote) => vote.against);
    const [first, last] = [against[0], against.at(-1)];
    if (first === undefined || last === undefined || against.length < sightings) return false;
    return last.atMs - first.atMs >= durationMs && against.length >= fraction * this.#votes.length - 1e-9;
  }
}
