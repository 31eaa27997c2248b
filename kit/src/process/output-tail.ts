/** The latest text of an output, in bounded memory. */
export class OutputTail {
  readonly #limit: number;
  #text = '';

  /** Keeps the last `limit` characters. */
  constructor(limit: number) {
    this.#limit = limit;
  }

  add(text: string): void {
    this.#text += text;
    // Cut only now and then: each cut copies the whole text.
    if (this.#text.length > 2 * this.#limit) this.#text = this.text;
  }

  get text(): string {
    return this.#text.slice(Math.max(0, this.#text.length - this.#limit));
  }
}
