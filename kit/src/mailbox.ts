/**
 * Holds at most one item: a newer one replaces an older that nobody took, and the older is handed back so that it
 * can be counted and its buffer used again.
 */
export class Mailbox<T> {
  #item: T | undefined;
  #waiting: ((item: T) => void) | undefined;

  /** Puts `item`; returns the item it replaced, if any. */
  put(item: T): T | undefined {
    if (this.#waiting !== undefined) {
      const deliver = this.#waiting;
      this.#waiting = undefined;
      deliver(item);
      return undefined;
    }
    const replaced = this.#item;
    this.#item = item;
    return replaced;
  }

  /** Takes the item at once, or undefined when there is none. */
  poll(): T | undefined {
    const item = this.#item;
    this.#item = undefined;
    return item;
  }

  /** Takes the item, waiting for one; rejects when the signal aborts. One taker at a time. */
  take(signal: AbortSignal): Promise<T> {
    const ready = this.poll();
    if (ready !== undefined) return Promise.resolve(ready);
    if (this.#waiting !== undefined) return Promise.reject(new Error('mailbox has a taker already'));
    return new Promise((resolve, reject) => {
      const onAbort = (): void => {
        this.#waiting = undefined;
        reject(signal.reason instanceof Error ? signal.reason : new DOMException('aborted', 'AbortError'));
      };
      if (signal.aborted) {
        onAbort();
        return;
      }
      signal.addEventListener('abort', onAbort, { once: true });
      this.#waiting = (item) => {
        signal.removeEventListener('abort', onAbort);
        resolve(item);
      };
    });
  }
}
