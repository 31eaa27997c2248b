import type { PieceVerdict } from '../../domain/index.ts';
import { type Axis, EncoderAxis, type EncoderOptions, TIME_AXIS } from './axis.ts';
import { NO_COUNTS, type OutputCounts } from './output-counts.ts';
import { type HandshakeCounts, type HandshakeOptions, ResultHandshake } from './result-handshake.ts';
import { finalVerdict, type PieceOrder, PieceQueue, type QueuedPiece } from './piece-queue.ts';

/** What is done with a piece that arrives without a verdict. */
export const ON_MISSING = ['reject', 'pass', 'stop'] as const;
export type OnMissing = (typeof ON_MISSING)[number];

export interface StationOptions {
  readonly id: string;
  /** From the line in the picture to the output: milliseconds, or counts of the encoder. */
  readonly distance: number;
  readonly encoder?: EncoderOptions | undefined;
  readonly pulseMs: number;
  /** The output changes at most this much too late for a piece; later it does not change for it at all. */
  readonly toleranceMs: number;
  readonly onMissing: OnMissing;
  /** Without a sign of life of the service for longer, nothing is ready. */
  readonly silentMs: number;
  /** The controller writes the number of each result back that it has taken; left out, it sees the newest only. */
  readonly acknowledge?: HandshakeOptions | undefined;
}

/** Why an output is not ready. Their places in this list are codes on the wire: new ones are added at the end. */
export const NOT_READY = [
  'ready',
  'disarmed',
  'starting',
  'service_silent',
  'not_inspecting',
  'no_position',
  'stopped',
  'not_connected',
] as const;
export type Readiness = (typeof NOT_READY)[number];

/** One piece that is to be rejected now. */
export interface Firing {
  readonly piece: number;
  readonly track: number;
  /** Monotonic ms: when it was at the line, when it was decided, when it arrived at the output. */
  readonly capturedAtMs: number;
  readonly decidedAtMs: number | undefined;
  readonly dueAtMs: number;
}

/**
 * What went wrong: a reject was too late, not done, or its place was lost; a defect was found when its piece had passed;
 * verdicts come when their pieces have arrived; the controller takes no results. The last two are reported once, until one is
 * in time again.
 */
export const FAILURES = ['late', 'missed', 'cancelled', 'defect_passed', 'verdicts_late', 'results_untaken'] as const;

/** Something that an output did not do, or not in time. */
export interface Failure {
  readonly piece: number;
  readonly track: number;
  readonly what: (typeof FAILURES)[number];
  /** Milliseconds after the piece had arrived, where that is known. */
  readonly byMs: number | undefined;
}

/** What an output has to be now. */
export interface Wanted {
  readonly ready: Readiness;
  /** Whether the actuator is on. */
  readonly reject: boolean;
  /** Pieces that it is switched on for; each is to be confirmed. */
  readonly firings: readonly Firing[];
}

/** The newest piece whose verdict is known. */
export interface NewestResult extends PieceVerdict {
  readonly piece: number;
  readonly atMs: number;
  /** 1 to 65535; another one with each result. */
  readonly seq: number;
}

/** One output of one camera: what its pieces are, and what the actuator has to do when. Pure: time comes with each call. */
export class OutputStation {
  readonly #options: StationOptions;
  readonly #queue: PieceQueue;
  readonly #encoder: EncoderAxis | undefined;
  #counts: OutputCounts = NO_COUNTS;
  #armed = false;
  #stopped = false;
  #connected = false;
  #inspecting = false;
  #beatMs: number | undefined;
  #encoderMs: number | undefined;
  #epoch = 0;
  #offAtMs = Number.NEGATIVE_INFINITY;
  #newest: NewestResult | undefined;
  readonly #handshake: ResultHandshake | undefined;
  #left: readonly Left[] = [];
  #areVerdictsLate = false;
  #areResultsTaken = true;
  #failures: Failure[] = [];
  #results: NewestResult[] = [];

  constructor(options: StationOptions) {
    this.#options = options;
    this.#queue = new PieceQueue(options.distance);
    this.#encoder = options.encoder && new EncoderAxis(options.encoder);
    this.#handshake = options.acknowledge && new ResultHandshake(options.acknowledge);
  }

  get id(): string {
    return this.#options.id;
  }

  get counts(): OutputCounts {
    return this.#counts;
  }

  get armed(): boolean {
    return this.#armed;
  }

  get newest(): NewestResult | undefined {
    return this.#newest;
  }

  /** What the controller sees: the newest result, or the one that it has to take now. */
  get shown(): NewestResult | undefined {
    return this.#handshake === undefined ? this.#newest : this.#handshake.shown;
  }

  /** Whether what it sees is to be taken: always, where nothing is acknowledged. */
  get isOffered(): boolean {
    return this.#handshake?.isPending ?? true;
  }

  get handshake(): HandshakeCounts | undefined {
    return this.#handshake?.counts;
  }

  /** Pieces between the line in the picture and the output. */
  get inTransit(): number {
    return this.#queue.pieces.length;
  }

  /** A person lets the output work, or takes that back: then pieces in transit are nobody's. */
  arm(armed: boolean): void {
    this.#armed = armed;
    this.#stopped = false;
    if (armed) return;
    this.#drop(false);
    this.#handshake?.clear();
  }

  /** A sign of life of the service, with whether the camera is inspected. */
  beat(atMs: number, inspecting: boolean): void {
    this.#beatMs = atMs;
    this.#inspecting = inspecting;
  }

  connection(up: boolean): void {
    this.#connected = up;
  }

  /** A reading of the encoder; undefined where there was none. */
  encoder(atMs: number, raw: number | undefined): void {
    if (this.#encoder === undefined || raw === undefined) return;
    this.#encoderMs = atMs;
    this.#encoder.read(atMs, raw);
    if (this.#encoder.epoch === this.#epoch) return;
    this.#epoch = this.#encoder.epoch;
    this.#drop(true);
  }

  piece(order: PieceOrder): void {
    const place = this.#axis.placeAt(order.capturedAtMs);
    if (place === undefined) {
      this.#count({ pieces: 1 });
      this.#fail(order, 'cancelled', undefined);
      return;
    }
    if (this.#queue.add(order, place)) this.#count({ pieces: 1 });
  }

  /**
   * What was found of a piece. After its arrival it changes no output: it is counted, and reported. Gives how long after its
   * capture the piece was decided, ms, where this decides it.
   */
  verdict(piece: number, verdict: PieceVerdict, atMs: number): number | undefined {
    const before = this.#queue.pieces.find((one) => one.piece === piece);
    const decision = this.#queue.decide(piece, verdict, atMs);
    if (decision === 'late') this.#lateVerdict(piece, verdict, atMs);
    if (decision !== 'taken' || verdict.result === 'no_result') return undefined;
    this.#areVerdictsLate = false;
    this.#publish(piece, verdict, atMs);
    return before?.decidedAtMs === undefined && before !== undefined ? atMs - before.capturedAtMs : undefined;
  }

  /** The controller has written back the number of a result. */
  acknowledge(seq: number, atMs: number): void {
    if (this.#handshake?.acknowledge(seq, atMs) === true) this.#areResultsTaken = true;
  }

  /** What the output has to be at `nowMs`. To be called at `nextMs`, with each news, and not less than every few ms with an encoder. */
  step(nowMs: number): Wanted {
    const untaken = this.#handshake?.step(nowMs);
    if (untaken !== undefined) this.#untaken(untaken);
    const firings = this.#queue
      .take((due) => this.#axis.reachedAt(due, nowMs) !== undefined)
      .flatMap((piece) => this.#arrive(piece, nowMs));
    const reject = this.#armed && nowMs < this.#offAtMs;
    return { ready: this.readiness(nowMs), reject, firings };
  }

  /** The actuator was on for these pieces at `atMs`, or could not be switched on where that is undefined. */
  confirm(firings: readonly Firing[], atMs: number | undefined): void {
    for (const firing of firings) {
      const byMs = atMs === undefined ? undefined : atMs - firing.dueAtMs;
      if (byMs === undefined) this.#fail(firing, 'missed', undefined);
      else if (byMs > this.#options.toleranceMs) this.#fail(firing, 'late', byMs);
      else this.#count({ done: 1 });
    }
  }

  /** What went wrong since the last call. */
  takeFailures(): readonly Failure[] {
    const failures = this.#failures;
    this.#failures = [];
    return failures;
  }

  /** Results since the last call, in their order; a piece comes again where its verdict has changed. */
  takeResults(): readonly NewestResult[] {
    const results = this.#results;
    this.#results = [];
    return results;
  }

  readiness(nowMs: number): Readiness {
    const { silentMs, encoder } = this.#options;
    if (!this.#armed) return 'disarmed';
    if (this.#stopped) return 'stopped';
    if (this.#beatMs === undefined) return 'starting';
    if (nowMs - this.#beatMs > silentMs) return 'service_silent';
    if (!this.#connected) return 'not_connected';
    if (!this.#inspecting) return 'not_inspecting';
    const isBlind = this.#encoderMs === undefined || nowMs - this.#encoderMs > (encoder?.maxGapMs ?? 0);
    return encoder !== undefined && isBlind ? 'no_position' : 'ready';
  }

  get #axis(): Axis {
    return this.#encoder ?? TIME_AXIS;
  }

  #arrive(piece: QueuedPiece, nowMs: number): readonly Firing[] {
    const { onMissing, pulseMs, toleranceMs } = this.#options;
    const { result } = finalVerdict(piece);
    const isPassed = result === 'ok' || (result === 'no_result' && onMissing !== 'reject');
    this.#left = [{ piece: piece.piece, track: piece.track, atMs: nowMs, isPassed }, ...this.#left].slice(0, MOST_LEFT);
    this.#count(result === 'ok' ? { ok: 1 } : result === 'nok' ? { nok: 1 } : { noResult: 1 });
    if (result === 'no_result') this.#publish(piece.piece, finalVerdict(piece), nowMs);
    if (!this.#armed) {
      this.#count({ cancelled: 1 });
      return [];
    }
    const dueAtMs = this.#axis.reachedAt(piece.due, nowMs) ?? nowMs;
    if (isPassed) {
      this.#stopped ||= result === 'no_result' && onMissing === 'stop';
      this.#count({ passed: 1, alongside: result === 'ok' && dueAtMs < this.#offAtMs ? 1 : 0 });
      return [];
    }
    this.#count({ due: 1, safe: result === 'no_result' ? 1 : 0 });
    // By now the next piece may be at the output.
    if (nowMs - dueAtMs > toleranceMs) {
      this.#fail(piece, 'missed', nowMs - dueAtMs);
      return [];
    }
    this.#offAtMs = Math.max(this.#offAtMs, dueAtMs + pulseMs);
    const { track, capturedAtMs, decidedAtMs } = piece;
    return [{ piece: piece.piece, track, capturedAtMs, decidedAtMs, dueAtMs }];
  }

  /** Pieces whose place is lost, which is a failure, or that nobody may reject any more. */
  #drop(isFailure: boolean): void {
    for (const piece of this.#queue.flush()) {
      this.#count(countOf(piece));
      if (isFailure && this.#armed) this.#fail(piece, 'cancelled', undefined);
      else this.#count({ cancelled: 1 });
    }
    this.#offAtMs = Number.NEGATIVE_INFINITY;
  }

  /** When the output changes by itself; undefined: not without news, or nobody knows when a belt gets somewhere. */
  nextMs(nowMs: number): number | undefined {
    const times = [
      ...(this.#offAtMs > nowMs ? [this.#offAtMs] : []),
      ...(this.#encoder === undefined ? this.#queue.pieces.slice(0, 1).map(({ due }) => due) : []),
    ];
    return times.length === 0 ? undefined : Math.min(...times);
  }

  #publish(piece: number, verdict: PieceVerdict, atMs: number): void {
    const before = this.#newest;
    if (before?.piece === piece && before.result === verdict.result) return;
    this.#newest = { piece, ...verdict, atMs, seq: ((before?.seq ?? 0) % 65_535) + 1 };
    this.#results = [...this.#results, this.#newest].slice(-MAX_RESULTS);
    if (this.#armed) this.#handshake?.offer(this.#newest, atMs);
  }

  #fail({ piece, track }: Pick<PieceOrder, 'piece' | 'track'>, what: Failure['what'], byMs: number | undefined): void {
    if (what in this.#counts) this.#count({ [what]: 1 });
    this.#failures = [...this.#failures, { piece, track, what, byMs }].slice(-MAX_FAILURES);
  }

  #lateVerdict(piece: number, { result }: PieceVerdict, atMs: number): void {
    this.#count({ lateVerdicts: 1 });
    const left = this.#left.find((one) => one.piece === piece);
    if (left === undefined || !this.#armed) return;
    const byMs = atMs - left.atMs;
    if (result === 'nok' && left.isPassed) this.#fail(left, 'defect_passed', byMs);
    else if (!this.#areVerdictsLate) this.#fail(left, 'verdicts_late', byMs);
    this.#areVerdictsLate = true;
  }

  #untaken({ piece }: NewestResult): void {
    if (this.#areResultsTaken) this.#fail({ piece, track: 0 }, 'results_untaken', undefined);
    this.#areResultsTaken = false;
  }

  #count(more: Partial<OutputCounts>): void {
    const counts = { ...this.#counts };
    for (const [name, by] of Object.entries(more)) counts[name as keyof OutputCounts] += by;
    this.#counts = counts;
  }
}

const MAX_FAILURES = 100;
const MAX_RESULTS = 100;
/** Pieces that have arrived, and what was done with them, for verdicts that come later. */
const MOST_LEFT = 256;

interface Left {
  readonly piece: number;
  readonly track: number;
  readonly atMs: number;
  readonly isPassed: boolean;
}

function countOf(piece: QueuedPiece): Partial<OutputCounts> {
  const { result } = finalVerdict(piece);
  if (result === 'no_result') return { noResult: 1 };
  return result === 'ok' ? { ok: 1 } : { nok: 1 };
}
