import {
  answerJson,
  coverageOf,
  type CoverageJson,
  type CoverageWords,
  type InspectionSample,
  readSamples,
  requestOf,
  sampleOf,
  type ShiftPlan,
} from '@lineside/protocol/coverage';
import type { Clock } from '@lineside/kit';
import { type Journal, TelemetryByTime } from '../journal/index.ts';
import type { Lanes } from '../pipeline/index.ts';
import { StatusError } from '../status/index.ts';

export interface LineCoverageParts {
  readonly journal: Journal;
  readonly lanes: Pick<Lanes, 'telemetry'>;
  readonly clock: Clock;
  readonly plan: () => ShiftPlan;
}

/** Counters of the moment are added to the records where the latest of these is older. */
const FRESH_MS = 5_000;

/** Coverage of time of a running line: its telemetry records, and its counters of this moment. */
export class LineCoverage {
  readonly #parts: LineCoverageParts;
  readonly #telemetry: TelemetryByTime;

  constructor(parts: LineCoverageParts) {
    this.#parts = parts;
    this.#telemetry = new TelemetryByTime(parts.journal.database);
  }

  /** Throws `bad_request` for words that make no request. */
  async read(words: CoverageWords): Promise<CoverageJson> {
    const { journal, clock } = this.#parts;
    const { device } = journal;
    const plan = this.#parts.plan();
    const nowMs = Math.round(clock.wallMs());
    const request = requestOf(words, plan, nowMs);
    if (request.mistake !== undefined) {
      const advice = 'lineside coverage --help';
      throw new StatusError({ code: 'bad_request', message: request.mistake, advice });
    }
    const stored = await readSamples(
      {
        between: (from, to) =>
          this.#telemetry.between(from, to).flatMap((row) => sampleOf({ ...row, device, journal: 1 }) ?? []),
        neighbours: (from, to) => this.#telemetry.neighbours(from, to),
      },
      request,
    );
    const samples = request.toMs < nowMs - FRESH_MS ? stored : [...stored, ...this.#current(stored, nowMs)];
    const { fromMs, toMs, by } = request;
    const { timeZone } = plan;
    const answer = answerJson(coverageOf(samples, request), timeZone);
    return { nowMs, device, timeZone, fromAtMs: fromMs, toAtMs: toMs, by, ...answer };
  }

  /** The counters of this moment as if they were records that follow the latest. */
  #current(stored: readonly InspectionSample[], nowMs: number): readonly InspectionSample[] {
    const { journal, lanes, clock } = this.#parts;
    const next = journal.ends().telemetry.seq + 1;
    const latest = stored.at(-1);
    if (latest !== undefined && latest.boot === journal.boot && clock.monoMs() - latest.monoMs < FRESH_MS) return [];
    return lanes.telemetry().map((body, index) => ({
      ...{ device: journal.device, journal: 1, seq: next + index, boot: journal.boot },
      ...{ wallMs: nowMs, monoMs: clock.monoMs(), clock: journal.clockQuality(), body },
    }));
  }
}
