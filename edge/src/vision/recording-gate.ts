interface OpenFrame {
  /** Results that the main process has not dealt with yet. */
  left: number;
  readonly release: () => void;
}

/** Back-pressure of a recording: its next frame waits until the main process has dealt with every result of this one. */
export class RecordingGate {
  readonly #open = new Map<number, OpenFrame>();
  readonly #signal: AbortSignal;

  /** When `signal` aborts, nothing waits any longer. */
  constructor(signal: AbortSignal) {
    this.#signal = signal;
  }

  /** Resolves when `results` results of frame `index` have been dealt with. */
  wait(index: number, results: number): Promise<void> {
    return new Promise((resolve) => {
      const release = (): void => {
        this.#signal.removeEventListener('abort', release);
        resolve();
      };
      this.#open.set(index, { left: results, release });
      this.#signal.addEventListener('abort', release, { once: true });
    });
  }

  /** Another answer about frame `index` is to come before the next frame. */
  more(index: number): void {
    const frame = this.#open.get(index);
    if (frame !== undefined) frame.left += 1;
  }

  /** One result of frame `index` has been dealt with, or will not come. */
  dealtWith(index: number): void {
    const frame = this.#open.get(index);
    if (frame === undefined) return;
    frame.left -= 1;
    if (frame.left > 0) return;
    this.#open.delete(index);
    frame.release();
  }
}
