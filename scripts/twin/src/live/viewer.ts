import type { AccessUnit } from '../rtsp/index.ts';

/** A viewer this far behind misses pictures up to the next key picture. */
const MOST_WAITING = 60;

/** What one viewer of a shared camera has not yet taken. */
export class Viewer implements AsyncIterable<AccessUnit> {
  readonly #signal: AbortSignal;
  #waiting: AccessUnit[] = [];
  #started = false;
  #ended = false;
  #wake: () => void = () => undefined;

  constructor(signal: AbortSignal) {
    this.#signal = signal;
  }

  give(unit: AccessUnit): void {
    if (this.#waiting.length >= MOST_WAITING) {
      this.#waiting = [];
      this.#started = false;
    }
    this.#started ||= unit.key;
    if (!this.#started) return;
    this.#waiting.push(unit);
    this.#wake();
  }

  end(): void {
    this.#ended = true;
    this.#wake();
  }

  async *[Symbol.asyncIterator](): AsyncGenerator<AccessUnit, void, undefined> {
    const stop = (): void => this.end();
    this.#signal.addEventListener('abort', stop, { once: true });
    try {
      while (!this.#ended && !this.#signal.aborted) {
        const unit = this.#waiting.shift();
        if (unit) yield unit;
        else await new Promise<void>((resolve) => (this.#wake = resolve));
      }
    } finally {
      this.#signal.removeEventListener('abort', stop);
    }
  }
}
