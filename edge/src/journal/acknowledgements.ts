import { mergeRanges, type SeqRange, type Stream } from '@lineside/protocol/records';
import type { AckOutcome } from './journal-types.ts';
import type { StreamHeads } from './stream-heads.ts';
import type { StreamTable } from './stream-table.ts';
import type { TimeLabeller } from './time-label.ts';

/** One wrong ack may be damaged on its way; a collector that is really ahead repeats it with every ack. */
const WRONG_BEFORE_ROLLBACK = 2;

interface AcknowledgementsParts {
  readonly tables: ReadonlyMap<Stream, StreamTable>;
  readonly heads: StreamHeads;
  readonly times: TimeLabeller;
  /** The collector holds what this journal never wrote. */
  readonly onRollback: (why: string) => void;
}

/** What the collector has confirmed. Changes the heads of the streams; whoever owns them makes that durable. */
export class Acknowledgements {
  readonly #parts: AcknowledgementsParts;
  /** Acks so far that this journal cannot have earned. */
  #wrong = 0;

  constructor(parts: AcknowledgementsParts) {
    this.#parts = parts;
  }

  /** See `Journal.ack`. */
  take(stream: Stream, upto: number, sack: readonly SeqRange[], serverMs?: number, chainHead?: string): AckOutcome {
    const { heads, times } = this.#parts;
    const head = heads.get(stream);
    const highest = Math.max(upto, ...sack.map(([, b]) => b));
    if (highest >= head.next) {
      this.#refuse(`the collector confirmed ${stream} ${highest}, but only ${head.next - 1} were written`);
      return 'beyond';
    }
    if (chainHead !== undefined && !this.#matchesHead(stream, upto, chainHead)) {
      this.#refuse(`the collector confirmed ${stream} ${upto} with another chain hash`);
      return 'forked';
    }
    const acked = Math.max(head.acked, upto);
    heads.set(stream, { ...head, acked, sack: mergeRanges([...head.sack, ...sack], acked) });
    if (serverMs !== undefined) times.observeServerTime(serverMs);
    return 'ok';
  }

  confirmed(stream: Stream, seq: number): boolean {
    const { acked, sack } = this.#parts.heads.get(stream);
    return seq <= acked || sack.some(([a, b]) => seq >= a && seq <= b);
  }

  #refuse(why: string): void {
    this.#wrong += 1;
    if (this.#wrong >= WRONG_BEFORE_ROLLBACK) this.#parts.onRollback(why);
  }

  /** Whether the chain hash after `seq` is `chainHead`; a record that is no longer held cannot disagree. */
  #matchesHead(stream: Stream, seq: number, chainHead: string): boolean {
    const head = this.#parts.heads.get(stream);
    if (seq < head.base || seq >= head.next) return true;
    if (seq === head.base) return head.baseHash === chainHead;
    const row = this.#parts.tables.get(stream)?.at(seq);
    return row === undefined || row.hash.toString('hex') === chainHead;
  }
}
