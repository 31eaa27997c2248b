/** One line for repeated trouble: says a thing at once, then counts it and says it again at most every `everyMs`. */
export class Tally {
  readonly #everyMs: number;
  readonly #say: (text: string, count: number) => void;
  readonly #nowMs: () => number;
  #count = 0;
  #saidAtMs: number | undefined;

  constructor(options: { everyMs: number; nowMs: () => number; say: (text: string, count: number) => void }) {
    this.#everyMs = options.everyMs;
    this.#nowMs = options.nowMs;
    this.#say = options.say;
  }

  add(text: string): void {
    this.#count += 1;
    const now = this.#nowMs();
    if (this.#saidAtMs !== undefined && now - this.#saidAtMs < this.#everyMs) return;
    this.#say(text, this.#count);
    this.#count = 0;
    this.#saidAtMs = now;
  }
}
