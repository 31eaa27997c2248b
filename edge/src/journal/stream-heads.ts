import type { Stream } from '@lineside/protocol/records';
import { damaged } from './errors.ts';
import type { StreamHead, StreamTable } from './stream-table.ts';

/**
 * Where each stream stands, kept in memory between transactions: there is one writer, so what it wrote last is valid.
 * `flush` belongs at the end of a transaction, `forget` after one that was rolled back.
 */
export class StreamHeads {
  readonly #path: string;
  readonly #tables: ReadonlyMap<Stream, StreamTable>;
  readonly #heads = new Map<Stream, StreamHead>();
  readonly #changed = new Set<Stream>();
  /** Of which only the end moved. */
  readonly #advanced = new Set<Stream>();

  constructor(path: string, tables: ReadonlyMap<Stream, StreamTable>) {
    this.#path = path;
    this.#tables = tables;
  }

  /** Throws `journal_damaged` where the stream has none. */
  get(stream: Stream): StreamHead {
    const known = this.#heads.get(stream) ?? this.#tables.get(stream)?.head();
    if (known === undefined) throw damaged(this.#path, stream, 0);
    this.#heads.set(stream, known);
    return known;
  }

  set(stream: Stream, head: StreamHead): void {
    this.#heads.set(stream, head);
    this.#changed.add(stream);
  }

  /** As `set`, where records were put at the end and nothing else changed. */
  advance(stream: Stream, head: StreamHead): void {
    this.#heads.set(stream, head);
    this.#advanced.add(stream);
  }

  /** Whether anything was set that no transaction has written yet. */
  get changed(): boolean {
    return this.#changed.size > 0;
  }

  flush(): void {
    for (const stream of this.#changed) this.#tables.get(stream)?.write(this.get(stream));
    for (const stream of this.#advanced) {
      if (!this.#changed.has(stream)) this.#tables.get(stream)?.advance(this.get(stream));
    }
    this.#changed.clear();
    this.#advanced.clear();
  }

  forget(): void {
    this.#heads.clear();
    this.#changed.clear();
    this.#advanced.clear();
  }
}
