import { outsideRanges, type SeqRange, type Stream } from '@lineside/protocol';

export interface Sent {
  readonly stream: Stream;
  readonly from: number;
  readonly to: number;
  readonly sentMs: number;
  readonly slot: 'fresh' | 'ordinary' | 'asked' | 'again';
  /** A batch that was sent later has been confirmed. */
  readonly overtaken: boolean;
}

export interface AckTimes {
  /** Without an ack for so long a batch is late; doubles while no ack comes at all, up to `maxAckMs`. */
  readonly ackMs: number;
  readonly maxAckMs: number;
}

/** A batch that later ones have overtaken is taken for lost after this: all take the same way. */
const OVERTAKEN_MS = 1_000;

/** Batches in flight, and which of them must be given up. */
export class InFlight {
  readonly #times: AckTimes;
  #sent: readonly Sent[] = [];
  /** Times in a row that batches were late without any ack between. */
  #unanswered = 0;

  constructor(times: AckTimes) {
    this.#times = times;
  }

  get batches(): number {
    return this.#sent.length;
  }

  get records(): number {
    return this.#sent.reduce((sum, { from, to }) => sum + to - from + 1, 0);
  }

  rangesOf(stream: Stream): readonly SeqRange[] {
    return this.#sent.filter((batch) => batch.stream === stream).map(({ from, to }) => [from, to]);
  }

  add(batch: Omit<Sent, 'overtaken'>): void {
    this.#sent = [...this.#sent, { ...batch, overtaken: false }];
  }

  /** A batch that was not sent after all. */
  remove(stream: Stream, from: number, to: number): void {
    this.#sent = this.#sent.filter((batch) => batch.stream !== stream || batch.from !== from || batch.to !== to);
  }

  /** An ack came: everything of `stream` up to `upto` and in `held` is confirmed. Returns the confirmed batches. */
  confirm(stream: Stream, upto: number, held: readonly SeqRange[]): readonly Sent[] {
    this.#unanswered = 0;
    const isIn = (batch: Sent): boolean => batch.stream === stream && covers(upto, held, [batch.from, batch.to]);
    const confirmed = this.#sent.filter(isIn);
    const newestMs = Math.max(...confirmed.map(({ sentMs }) => sentMs));
    this.#sent = this.#sent
      .filter((batch) => !isIn(batch))
      .map((batch) => (batch.sentMs < newestMs ? { ...batch, overtaken: true } : batch));
    return confirmed;
  }

  /** Removes and returns the batches that others have overtaken for too long. */
  takeOvertaken(nowMs: number): readonly Sent[] {
    const lost = this.#sent.filter((batch) => batch.overtaken && nowMs >= this.#lateAtMs(batch));
    if (lost.length > 0) this.#sent = this.#sent.filter((batch) => !lost.includes(batch));
    return lost;
  }

  /**
   * Removes the batches that have had no ack for too long, and all others in flight of the same streams, except those
   * that the collector asked for: it asks again. Returns the late ones.
   */
  takeUnanswered(nowMs: number): readonly Sent[] {
    const late = this.#sent.filter((batch) => nowMs - batch.sentMs >= this.#ackMs());
    if (late.length === 0) return late;
    const streams = new Set(late.filter(({ slot }) => slot !== 'asked').map(({ stream }) => stream));
    this.#sent = this.#sent.filter((batch) => !streams.has(batch.stream) && !late.includes(batch));
    this.#unanswered += 1;
    return late;
  }

  /** Milliseconds until the first one is late; undefined while there is none. */
  lateInMs(nowMs: number): number | undefined {
    if (this.#sent.length === 0) return undefined;
    return Math.max(0, Math.min(...this.#sent.map((batch) => this.#lateAtMs(batch))) - nowMs);
  }

  clear(): void {
    this.#sent = [];
    this.#unanswered = 0;
  }

  #lateAtMs({ sentMs, overtaken }: Sent): number {
    return sentMs + (overtaken ? Math.min(OVERTAKEN_MS, this.#ackMs()) : this.#ackMs());
  }

  #ackMs(): number {
    return Math.min(this.#times.maxAckMs, this.#times.ackMs * 2 ** this.#unanswered);
  }
}

function covers(upto: number, held: readonly SeqRange[], range: SeqRange): boolean {
  return outsideRanges([Math.max(range[0], upto + 1), range[1]], held).length === 0;
}
