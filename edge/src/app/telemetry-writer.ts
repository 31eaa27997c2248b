import type { AuditBody } from '@lineside/protocol';
import { type Clock, isAbort, type Logger, messageOf, type Service } from '@lineside/kit';
import type { Lanes } from '../pipeline/index.ts';
import type { Journal } from '../journal/index.ts';

const TICK_MS = 500;
const TELEMETRY_MS = 60_000;
/** The first one comes soon, so that a box that was just installed is seen to inspect. */
const FIRST_TELEMETRY_MS = 10_000;

/** What happens by the clock: lapses of rules, telemetry records, and the audit of when inspection stood still. */
export class LineTicker implements Service {
  readonly name = 'ticker';
  readonly #lanes: Lanes;
  readonly #journal: Journal;
  readonly #clock: Clock;
  readonly #logger: Logger;
  #visionDowns = 0;
  #visionUp = false;

  constructor(parts: { lanes: Lanes; journal: Journal; clock: Clock; logger: Logger }) {
    this.#lanes = parts.lanes;
    this.#journal = parts.journal;
    this.#clock = parts.clock;
    this.#logger = parts.logger;
  }

  async run(signal: AbortSignal): Promise<void> {
    let nextTelemetryMs = this.#clock.monoMs() + FIRST_TELEMETRY_MS;
    try {
      for (;;) {
        await this.#clock.sleep(TICK_MS, signal);
        const now = this.#clock.monoMs();
        this.#lanes.tick(now);
        this.#followVision();
        if (now < nextTelemetryMs) continue;
        this.#telemetry();
        nextTelemetryMs = now + TELEMETRY_MS;
      }
    } catch (error) {
      if (!isAbort(error)) throw error;
    }
  }

  /** Writes the last counters and the end of the run. */
  last(): void {
    this.#telemetry();
    this.audit('stopped', {});
  }

  audit(action: string, details: NonNullable<AuditBody['details']>): void {
    const body: AuditBody = { action, who: 'lineside', details };
    this.#write(() => this.#journal.append([{ stream: 'audit', kind: 'audit', body }]));
  }

  #telemetry(): void {
    const entries = this.#lanes.telemetry().map((body) => ({ stream: 'telemetry' as const, kind: 'counters', body }));
    if (entries.length > 0) this.#write(() => this.#journal.append(entries));
  }

  /** An auditor asks whether the check was running at 02:14: its stops and starts are records. */
  #followVision(): void {
    const { vision } = this.#lanes.state();
    const up = vision.state === 'up';
    if (vision.downs > this.#visionDowns) {
      this.audit('inspection_stopped', { reason: vision.reason ?? 'unknown', times: vision.downs - this.#visionDowns });
      this.#visionDowns = vision.downs;
      this.#visionUp = false;
    }
    if (up && !this.#visionUp) this.audit('inspection_started', {});
    this.#visionUp = up;
  }

  /** Telemetry and audit must not stop the inspection: what cannot be written is said, loudly. */
  #write(append: () => void): void {
    try {
      append();
    } catch (error) {
      this.#logger.error({ err: messageOf(error) }, 'a record of telemetry or audit could not be written');
    }
  }
}
