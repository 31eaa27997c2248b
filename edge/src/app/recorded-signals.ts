import type { Clock } from '@lineside/kit';
import type { LoadedConfig } from '../config/index.ts';
import type { Inspection, Signal } from '../domain/index.ts';
import type { Lanes, VisionListener } from '../pipeline/index.ts';
import { type RecordedReading, SignalTable } from '../signals/index.ts';
import { settingsOf } from './signal-settings.ts';

/** As often as a running line lets its rules know that time passes. */
const TICK_MS = 500;

type Target = Pick<Lanes, 'recorded'>;

/**
 * The signals of a recording on its own clock. Readings and ticks reach the rules before the first frame that is later
 * than them. To be placed before the lanes among the listeners.
 */
export class RecordedSignals implements Partial<VisionListener> {
  readonly table: SignalTable;
  readonly #readings: readonly RecordedReading[];
  readonly #ids: readonly string[];
  readonly #clock: FilmClock;
  #target: Target | undefined;
  #next = 0;
  #tickMs = 0;

  /** `startsAtMs`: wall time of the beginning of the recording. */
  constructor(loaded: LoadedConfig, readings: readonly RecordedReading[], startsAtMs: number) {
    this.#readings = readings;
    this.#clock = new FilmClock(startsAtMs);
    const settings = settingsOf(loaded);
    this.#ids = settings.map(({ id }) => id);
    this.table = new SignalTable(this.#clock, settings);
    this.table.onSample((signal) => this.#pass(signal));
  }

  /** What gets the readings; without it nobody does. */
  feed(target: Target): void {
    this.#target = target;
  }

  inspection({ frame }: Inspection): void {
    Array.from(this.playTo(frame.atMs));
  }

  /** Plays everything up to a moment of the recording; each step is one moment that was played. */
  *playTo(atMs: number): Generator<number> {
    for (;;) {
      const reading = this.#readings[this.#next];
      const readingMs = reading?.atMs ?? Number.POSITIVE_INFINITY;
      const nextMs = Math.min(readingMs, this.#tickMs);
      if (nextMs > atMs || (reading === undefined && !Number.isFinite(atMs))) return;
      this.#clock.nowMs = nextMs;
      if (readingMs <= this.#tickMs) this.#take(reading);
      else this.#tick();
      yield nextMs;
    }
  }

  #take(reading: RecordedReading | undefined): void {
    this.#next += 1;
    if (reading?.signal === undefined) this.table.alive(this.#ids);
    else this.table.receive(reading.signal.id, reading.signal.reading);
  }

  #tick(): void {
    this.#tickMs += TICK_MS;
    this.#pass();
  }

  #pass(signal?: Signal): void {
    const tick = { atMs: this.#clock.nowMs, wallMs: this.#clock.wallMs(), signals: this.table };
    this.#target?.recorded(tick, signal);
  }
}

/** The clock of a recording: it goes on when the recording does. */
class FilmClock implements Pick<Clock, 'monoMs' | 'wallMs'> {
  nowMs = 0;
  readonly #startsAtMs: number;

  constructor(startsAtMs: number) {
    this.#startsAtMs = startsAtMs;
  }

  monoMs(): number {
    return this.nowMs;
  }

  wallMs(): number {
    return this.#startsAtMs + this.nowMs;
  }
}
