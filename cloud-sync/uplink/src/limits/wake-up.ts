import type { Clock } from '@lineside/kit';

/** Lets a loop sleep until something happens or a time has passed; what happens while it works is not forgotten. */
export class WakeUp {
  #due = false;
  #wake: (() => void) | undefined;

  /** Something happened. */
  now(): void {
    this.#due = true;
    this.#wake?.();
  }

  /** Resolves when something happens, at the latest after `ms`, or when the signal aborts. */
  async wait(clock: Clock, ms: number, signal: AbortSignal): Promise<void> {
    if (!this.#due && !signal.aborted) {
      const end = new AbortController();
      await new Promise<void>((resolve) => {
        this.#wake = resolve;
        signal.addEventListener('abort', () => resolve(), { signal: end.signal });
        // The sleep ends with the wait, whichever comes first.
        if (Number.isFinite(ms)) void clock.sleep(ms, end.signal).then(resolve, () => undefined);
      });
      end.abort();
      this.#wake = undefined;
    }
    this.#due = false;
  }
}
