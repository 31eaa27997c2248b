interface Entry {
  readonly at: number;
  readonly order: number;
  readonly run: () => void;
}

/** What is to happen and when: the queue of a discrete-event simulation. At one time, first planned is first run. */
export class Agenda {
  readonly #heap: Entry[] = [];
  #order = 0;
  #now = 0;

  get now(): number {
    return this.#now;
  }

  plan(at: number, run: () => void): void {
    const heap = this.#heap;
    heap.push({ at: Math.max(at, this.#now), order: (this.#order += 1), run });
    for (let i = heap.length - 1; i > 0; ) {
      const parent = (i - 1) >> 1;
      if (!before(heap[i]!, heap[parent]!)) break;
      [heap[i], heap[parent]] = [heap[parent]!, heap[i]!];
      i = parent;
    }
  }

  /** Runs everything that is due before `seconds`, also what that plans. */
  runUntil(seconds: number): void {
    for (let next = this.#heap[0]; next && next.at < seconds; next = this.#heap[0]) {
      this.#pop();
      this.#now = next.at;
      next.run();
    }
    this.#now = Math.max(this.#now, seconds);
  }

  #pop(): void {
    const heap = this.#heap;
    const last = heap.pop();
    if (!last || heap.length === 0) return;
    heap[0] = last;
    for (let i = 0; ; ) {
      const [left, right] = [2 * i + 1, 2 * i + 2];
      let least = i;
      if (left < heap.length && before(heap[left]!, heap[least]!)) least = left;
      if (right < heap.length && before(heap[right]!, heap[least]!)) least = right;
      if (least === i) return;
      [heap[i], heap[least]] = [heap[least]!, heap[i]!];
      i = least;
    }
  }
}

function before(a: Entry, b: Entry): boolean {
  return a.at < b.at || (a.at === b.at && a.order < b.order);
}
