const MAX = 4;

/**
 * How much longer the limits for a process that seems to hang are than at first. They double with each replacement
 * after which nothing was inspected before the next one: then the limit may be wrong, or nothing helps. Pure.
 */
export class HangPatience {
  #patience = 1;
  #inspected = true;

  /** Factor for the limits of the next process, 1 to 4. */
  get factor(): number {
    return this.#patience;
  }

  /** A frame was inspected. */
  inspected(): void {
    this.#inspected = true;
  }

  /** The process was replaced because it seemed to hang. */
  replaced(): void {
    this.#patience = this.#inspected ? 1 : Math.min(MAX, this.#patience * 2);
    this.#inspected = false;
  }
}
