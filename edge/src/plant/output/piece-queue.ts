import { laterVerdict, type PieceVerdict, UNDECIDED } from '../../domain/index.ts';

/** A piece that has passed the line in the picture at which it is judged. */
export interface PieceOrder {
  /** Unique within the station; rises. */
  readonly piece: number;
  /** Its track on the camera. */
  readonly track: number;
  /** Monotonic ms at which it was at the line. */
  readonly capturedAtMs: number;
}

export interface QueuedPiece extends PieceOrder {
  /** Where on the axis it has arrived at the output. */
  readonly due: number;
  readonly verdict: PieceVerdict | undefined;
  readonly decidedAtMs: number | undefined;
}

/** What became of a verdict: for a piece in transit, for one that has arrived already, or for none that is known. */
export type Decision = 'taken' | 'late' | 'unknown';

const REMEMBERED = 256;

/** Pieces between camera and output, in the order in which they arrive. Pure; the axis is time or counts of an encoder. */
export class PieceQueue {
  readonly #distance: number;
  #pieces: QueuedPiece[] = [];
  #gone: number[] = [];

  /** `distance`: from the line in the picture to the output, on the axis. */
  constructor(distance: number) {
    this.#distance = distance;
  }

  get pieces(): readonly QueuedPiece[] {
    return this.#pieces;
  }

  /** Takes in a piece that was at the line at `place`. One that is known stays as it is. */
  add(order: PieceOrder, place: number): boolean {
    if (this.#pieces.some(({ piece }) => piece === order.piece) || this.#gone.includes(order.piece)) return false;
    const queued = { ...order, due: place + this.#distance, verdict: undefined, decidedAtMs: undefined };
    this.#pieces = [...this.#pieces, queued].toSorted((a, b) => a.due - b.due || a.piece - b.piece);
    return true;
  }

  /** A verdict belongs to its piece, whatever has been judged before or after it. */
  decide(piece: number, verdict: PieceVerdict, atMs: number): Decision {
    const known = this.#pieces.find((one) => one.piece === piece);
    if (known === undefined) return this.#gone.includes(piece) ? 'late' : 'unknown';
    const next = laterVerdict(known.verdict, verdict);
    if (next !== known.verdict) {
      const decided = { ...known, verdict: next, decidedAtMs: atMs };
      this.#pieces = this.#pieces.map((one) => (one === known ? decided : one));
    }
    return 'taken';
  }

  /** Removes and gives the pieces that have arrived, in order. */
  take(hasArrived: (due: number) => boolean): readonly QueuedPiece[] {
    const arrived = this.#pieces.filter(({ due }) => hasArrived(due));
    if (arrived.length > 0) this.#remove(arrived);
    return arrived;
  }

  /** Removes and gives all: their places mean nothing any more. */
  flush(): readonly QueuedPiece[] {
    const all = this.#pieces;
    this.#remove(all);
    return all;
  }

  #remove(gone: readonly QueuedPiece[]): void {
    this.#pieces = this.#pieces.filter((one) => !gone.includes(one));
    this.#gone = [...this.#gone, ...gone.map(({ piece }) => piece)].slice(-REMEMBERED);
  }
}

/** What counts of a piece that has arrived. */
export function finalVerdict({ verdict }: QueuedPiece): PieceVerdict {
  return verdict ?? UNDECIDED;
}
