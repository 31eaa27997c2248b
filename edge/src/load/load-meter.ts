import { cpus } from 'node:os';
import { type Clock, isAbort, type LifeSigns, type Logger, readLifeSigns, type Service } from '@lineside/kit';
import { type InspectionCounters, unwantedOf } from '../domain/index.ts';
import { judgeLoad, type LoadFigures, type LoadReport, overloadFinding, type WorkLeftOut } from './judge-load.ts';

const EVERY_MS = 2_000;
/** Readings that figures are calculated over: 14 s. */
const READINGS = 8;
/** Before this many readings nothing is judged: a line that starts is always behind. */
const READINGS_MIN = 5;
const LOG_EVERY_MS = 600_000;

/** One model on one camera: what it should inspect, and its counters. */
export interface WantedRate {
  /** Frames a second that it should inspect now; 0 while the camera is not there. */
  readonly perSecond: number;
  readonly counters: InspectionCounters;
}

export interface LoadMeterParts {
  /** All models on all cameras. */
  readonly rates: () => readonly WantedRate[];
  readonly clock: Clock;
  readonly log: Logger;
}

interface Reading {
  readonly atMs: number;
  readonly rates: readonly WantedRate[];
  /** CPU time of all programs, ms; undefined where the system does not report it. */
  readonly busyMs: number;
  readonly own: LifeSigns | undefined;
}

/** Measures regularly how busy the device is, and logs when it becomes overloaded and when it keeps up again. */
export class LoadMeter implements Service {
  readonly name = 'load';
  readonly #parts: LoadMeterParts;
  readonly #readings: Reading[] = [];
  #report: LoadReport | undefined;
  #wasOverloaded = false;
  #loggedMs = Number.NEGATIVE_INFINITY;

  constructor(parts: LoadMeterParts) {
    this.#parts = parts;
  }

  /** The newest judgement; undefined until there are enough readings. */
  get report(): LoadReport | undefined {
    return this.#report;
  }

  /** Whether this kind of work is left out now, because the device is overloaded. */
  leavesOut(work: WorkLeftOut): boolean {
    return this.#report?.leftOut.includes(work) === true;
  }

  /** Measures until `signal` aborts. */
  async run(signal: AbortSignal): Promise<void> {
    const { clock } = this.#parts;
    try {
      for (;;) {
        this.#measure();
        await clock.sleep(EVERY_MS, signal);
      }
    } catch (error) {
      if (!isAbort(error)) throw error;
    }
  }

  #measure(): void {
    const { rates, clock } = this.#parts;
    const atMs = clock.monoMs();
    const own = readLifeSigns({ pid: process.pid, descendants: true }, atMs);
    this.#readings.push({ atMs, rates: rates(), busyMs: busyMs(), own });
    if (this.#readings.length > READINGS) this.#readings.shift();
    const [first, last] = [this.#readings[0], this.#readings.at(-1)];
    if (first === undefined || last === undefined || this.#readings.length < READINGS_MIN) return;
    this.#report = judgeLoad(figuresBetween(this.#readings, first, last), this.#report?.state === 'overloaded');
    this.#follow(this.#report, atMs);
  }

  #follow(report: LoadReport, atMs: number): void {
    const { log } = this.#parts;
    const finding = overloadFinding(report);
    if (finding === undefined) {
      if (this.#wasOverloaded) log.info({}, 'the device keeps up again');
      this.#wasOverloaded = false;
      return;
    }
    const isNew = !this.#wasOverloaded;
    this.#wasOverloaded = true;
    if (!isNew && atMs - this.#loggedMs < LOG_EVERY_MS) return;
    this.#loggedMs = atMs;
    const { code, message, advice } = finding;
    log.warn({ code, cause: report.cause, advice }, message);
  }
}

function figuresBetween(readings: readonly Reading[], first: Reading, last: Reading): LoadFigures {
  const seconds = Math.max(0.001, (last.atMs - first.atMs) / 1000);
  const rate = (countOf: (counters: InspectionCounters) => number): number =>
    Math.max(0, total(last, countOf) - total(first, countOf)) / seconds;
  const wanted = readings.reduce((sum, { rates }) => sum + rates.reduce((all, one) => all + one.perSecond, 0), 0);
  const { ranMs, waitedMs } = usedBetween(readings);
  const ownCores = ranMs / 1000 / seconds;
  return {
    wantedPerS: wanted / readings.length,
    offeredPerS: rate(({ offered, skipped }) => offered - unwantedOf(skipped)),
    inspectedPerS: rate(({ inspected }) => inspected),
    skippedPerS: rate(({ skipped }) => skipped.newer_frame ?? 0),
    cores: cpus().length,
    ownCores,
    otherCores: Math.max(0, (last.busyMs - first.busyMs) / 1000 / seconds - ownCores),
    waitedFraction: ranMs + waitedMs > 0 ? waitedMs / (ranMs + waitedMs) : 0,
  };
}

function total({ rates }: Reading, countOf: (counters: InspectionCounters) => number): number {
  return rates.reduce((sum, { counters }) => sum + countOf(counters), 0);
}

/** CPU time and time of waiting for a CPU, of all threads that were there at both ends of a step. */
function usedBetween(readings: readonly Reading[]): { readonly ranMs: number; readonly waitedMs: number } {
  let ranMs = 0;
  let waitedMs = 0;
  for (const [n, { own }] of readings.entries()) {
    const before = readings[n - 1]?.own;
    if (before === undefined || own === undefined) continue;
    for (const [id, now] of own.threads) {
      const then = before.threads.get(id) ?? { ranMs: 0, waitedMs: 0 };
      ranMs += Math.max(0, now.ranMs - then.ranMs);
      waitedMs += Math.max(0, (now.waitedMs ?? 0) - (then.waitedMs ?? 0));
    }
  }
  return { ranMs, waitedMs };
}

function busyMs(): number {
  return cpus().reduce((sum, { times: { user, nice, sys, irq } }) => sum + user + nice + sys + irq, 0);
}
