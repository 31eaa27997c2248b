/** A seed is any list of numbers and names; the same list gives the same numbers for ever. */
export type SeedPart = number | string;

function mixIn(hash: number, value: number): number {
  let h = Math.imul(hash ^ value, 0x9e3779b1);
  h ^= h >>> 15;
  h = Math.imul(h, 0x85ebca6b);
  return h ^ (h >>> 13);
}

/** 32-bit hash of a seed list. Stable across machines; not for secrets. */
export function hashOf(...seed: readonly SeedPart[]): number {
  let hash = 0x2545f491;
  for (const part of seed) {
    const text = String(part);
    for (let i = 0; i < text.length; i += 1) hash = mixIn(hash, text.charCodeAt(i));
    hash = mixIn(hash, 0x1f);
  }
  return hash >>> 0;
}

/** A small deterministic generator (a Weyl sequence through a 32-bit mixer), good enough for pictures. */
export class Random {
  #state: number;

  constructor(...seed: readonly SeedPart[]) {
    this.#state = hashOf(...seed);
  }

  /** Uniform in [0, 1). */
  next(): number {
    this.#state = (this.#state + 0x6d2b79f5) | 0;
    let t = Math.imul(this.#state ^ (this.#state >>> 15), this.#state | 1);
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61);
    return ((t ^ (t >>> 14)) >>> 0) / 4294967296;
  }

  between(low: number, high: number): number {
    return low + (high - low) * this.next();
  }

  /** Whole number in [low, high], both included. */
  integer(low: number, high: number): number {
    return low + Math.floor(this.next() * (high - low + 1));
  }

  chance(probability: number): boolean {
    return this.next() < probability;
  }

  sign(): 1 | -1 {
    return this.next() < 0.5 ? -1 : 1;
  }

  /** One of a non-empty list. */
  pick<T>(list: readonly [T, ...T[]]): T {
    return list[Math.floor(this.next() * list.length)] ?? list[0];
  }

  /** Roughly normal with the given mean and standard deviation, cut at three deviations. */
  around(mean: number, deviation: number): number {
    const sum = this.next() + this.next() + this.next() + this.next() - 2;
    return mean + deviation * Math.max(-3, Math.min(3, sum * 1.732));
  }
}
