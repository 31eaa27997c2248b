import { Mailbox } from '@lineside/kit';

/**
 * One mailbox per key, emptied in turn: a busy key never delays the others by more than one item. An item that is not
 * finished is kept for the next turn of its key, before anything newer.
 */
export class RoundRobinMailbox<T> {
  readonly #boxes = new Map<string, Mailbox<T>>();
  readonly #kept = new Map<string, T>();
  /** Keys in the order in which they are next. */
  #order: string[] = [];
  #wake: () => void = () => undefined;

  /** Puts an item; returns the one that it replaced, if that one was not taken yet. */
  put(key: string, item: T): T | undefined {
    let box = this.#boxes.get(key);
    if (box === undefined) {
      box = new Mailbox<T>();
      this.#boxes.set(key, box);
      this.#order.push(key);
    }
    const replaced = box.put(item);
    this.#wake();
    return replaced;
  }

  /** Keeps an item that was taken, to be taken again at the next turn of its key. */
  keep(key: string, item: T): void {
    this.#kept.set(key, item);
    this.#wake();
  }

  /** Forgets a kept item that is no longer needed. */
  withdraw(key: string, item: T): void {
    if (this.#kept.get(key) === item) this.#kept.delete(key);
  }

  /** The item of the key whose turn it is, or undefined when all are empty. */
  poll(): T | undefined {
    for (const key of this.#order) {
      const item = this.#kept.get(key) ?? this.#boxes.get(key)?.poll();
      if (item === undefined) continue;
      this.#kept.delete(key);
      this.#order = [...this.#order.filter((other) => other !== key), key];
      return item;
    }
    return undefined;
  }

  /** Waits for an item; undefined when the signal aborts. One taker at a time. */
  async take(signal: AbortSignal): Promise<T | undefined> {
    for (;;) {
      if (signal.aborted) return undefined;
      const item = this.poll();
      if (item !== undefined) return item;
      await new Promise<void>((resolve) => {
        const settle = (): void => {
          signal.removeEventListener('abort', settle);
          this.#wake = () => undefined;
          resolve();
        };
        signal.addEventListener('abort', settle, { once: true });
        this.#wake = settle;
      });
    }
  }
}
