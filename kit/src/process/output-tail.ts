/** The latest text of an output, in bounded memory. */
export class OutputTail {
  readonly #limit: number;
  #text = '';

  /** Keeps the last `limit` characters. */
  constructor(limit: number) {
    this.#limit = limit;
  }

  add(text: string): void {
    this.#text = (this.#text + text).slice(-this.#limit);
  }

  get text(): string {
    return this.#text;
  }
}
