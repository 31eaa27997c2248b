import type { Io } from '../io.ts';

const EVERY_MS = 2_000;

/** Prints the progress of a long run on stderr, every few seconds. */
export class Progress {
  readonly #io: Pick<Io, 'err' | 'clock'>;
  #what: string;
  #startedMs: number;
  #printedMs: number;

  constructor(io: Pick<Io, 'err' | 'clock'>, what: string) {
    this.#io = io;
    this.#what = what;
    this.#startedMs = io.clock.monoMs();
    this.#printedMs = this.#startedMs;
  }

  /** The next part of the same run: something else is counted. Parts that are each short may together be long. */
  begin(what: string): void {
    this.#what = what;
    this.#startedMs = this.#io.clock.monoMs();
  }

  step(done: number, total: number): void {
    const nowMs = this.#io.clock.monoMs();
    if (nowMs - this.#printedMs < EVERY_MS || done === total) return;
    this.#printedMs = nowMs;
    const leftS = ((nowMs - this.#startedMs) / done / 1000) * (total - done);
    this.#io.err(`${done} of ${total} ${this.#what}, about ${Math.ceil(leftS)} s left ...`);
  }
}
