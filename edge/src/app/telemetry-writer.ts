import { type Clock, isAbort, type Logger, messageOf, type Service } from '@lineside/kit';
import type { Journal } from '../journal/index.ts';
import type { Lanes } from '../pipeline/index.ts';
import type { AuditLog } from './audit-log.ts';

const TICK_MS = 500;
const TELEMETRY_MS = 60_000;
/** The first record comes soon, so that the collector sees that a new device inspects. */
const FIRST_TELEMETRY_MS = 10_000;
/** A camera that is lost or back is recorded at once, but not more often than this: it may come and go. */
const CHANGE_MS = 5_000;

export interface TelemetryWriterParts {
  readonly lanes: Lanes;
  readonly audit: AuditLog;
  readonly journal: Journal;
  readonly clock: Clock;
  readonly logger: Logger;
}

/** What happens by the clock: rules whose camera gives no results expire, counters and the audit are recorded. */
export class TelemetryWriter implements Service {
  readonly name = 'telemetry';
  readonly #parts: TelemetryWriterParts;

  constructor(parts: TelemetryWriterParts) {
    this.#parts = parts;
  }

  async run(signal: AbortSignal): Promise<void> {
    const { lanes, audit, clock } = this.#parts;
    let nextMs = clock.monoMs() + FIRST_TELEMETRY_MS;
    let changeMs = nextMs;
    let written = '';
    try {
      for (;;) {
        await clock.sleep(TICK_MS, signal);
        const now = clock.monoMs();
        lanes.tick(now);
        audit.followInspection();
        const seeing = this.#seeing();
        if (now < nextMs && (now < changeMs || seeing === written)) continue;
        this.write();
        written = seeing;
        nextMs = now + TELEMETRY_MS;
        changeMs = now + CHANGE_MS;
      }
    } catch (error) {
      if (!isAbort(error)) throw error;
    }
  }

  /** Which cameras stream, as one text: from its changes the collector knows since when a camera was not inspected. */
  #seeing(): string {
    return this.#parts.lanes
      .telemetry()
      .map(({ camera, model, state }) => `${camera}/${model}/${state === 'streaming'}`)
      .join();
  }

  /** Records the counters now. What cannot be written is logged: telemetry must not stop the inspection. */
  write(): void {
    const { lanes, journal, logger } = this.#parts;
    const entries = lanes.telemetry().map((body) => ({ stream: 'telemetry' as const, kind: 'counters', body }));
    if (entries.length === 0) return;
    try {
      journal.append(entries);
    } catch (error) {
      logger.error({ err: messageOf(error) }, 'a telemetry record could not be written');
    }
  }
}
