import { type Clock, isAbort, type Logger, messageOf, type Service } from '@lineside/kit';
import { NO_RESULTS } from '@lineside/protocol/coverage';
import { unwantedOf } from '../domain/index.ts';
import type { Journal } from '../journal/index.ts';
import type { Lanes, Telemetry } from '../pipeline/index.ts';
import type { AuditLog } from './audit-log.ts';

const TICK_MS = 500;
const TELEMETRY_MS = 60_000;
/** The first record comes soon, so that the collector sees that a new device inspects. */
const FIRST_TELEMETRY_MS = 10_000;
/** What is lost or back is recorded at once, but not more often than this, and less often while it comes and goes. */
const CHANGE_MS = 5_000;
/** Frames were due for so long, and none was inspected: the results of a model are lost. */
const NO_RESULT_MS = 5_000;

export interface TelemetryWriterParts {
  readonly lanes: Pick<Lanes, 'telemetry' | 'tick'>;
  /** What becomes of pieces at the outputs of the plant; one for each. */
  readonly outputs?: () => readonly object[];
  readonly audit: Pick<AuditLog, 'followInspection'>;
  readonly journal: Pick<Journal, 'append'>;
  readonly clock: Clock;
  readonly logger: Logger;
}

/** What happens by the clock: rules whose camera gives no results expire, counters and the audit are recorded. */
export class TelemetryWriter implements Service {
  readonly name = 'telemetry';
  readonly #parts: TelemetryWriterParts;
  /** Of each camera and model: its counters at its latest result. */
  readonly #results = new Map<string, { readonly inspected: number; readonly due: number; readonly atMs: number }>();

  constructor(parts: TelemetryWriterParts) {
    this.#parts = parts;
  }

  async run(signal: AbortSignal): Promise<void> {
    const { lanes, audit, clock } = this.#parts;
    let nextMs = clock.monoMs() + FIRST_TELEMETRY_MS;
    let [changeMs, waitMs] = [nextMs, CHANGE_MS];
    let written: ReadonlyMap<string, boolean> = new Map();
    try {
      for (;;) {
        await clock.sleep(TICK_MS, signal);
        const now = clock.monoMs();
        lanes.tick(now);
        audit.followInspection();
        const inspects = this.#inspects(now);
        const changed = [...inspects].filter(([key, value]) => written.get(key) !== value).map(([key]) => key);
        if (now >= nextMs) {
          this.write();
          this.#append((this.#parts.outputs?.() ?? []).map((body) => ({ stream: 'telemetry', kind: 'outputs', body })));
          if (changed.length === 0) waitMs = CHANGE_MS;
          nextMs = now + TELEMETRY_MS;
        } else if (changed.length > 0 && now >= changeMs) {
          this.write((body) => changed.includes(keyOf(body)));
          waitMs = Math.min(2 * waitMs, TELEMETRY_MS);
        } else continue;
        written = inspects;
        changeMs = now + waitMs;
      }
    } catch (error) {
      if (!isAbort(error)) throw error;
    }
  }

  /** Whether each camera streams and its model gives results: from the changes follows when it was not inspected. */
  #inspects(now: number): ReadonlyMap<string, boolean> {
    return new Map(
      this.#parts.lanes.telemetry().map((body) => {
        const { inspected, offered, skipped } = body.counters;
        const due = offered - unwantedOf(skipped);
        const key = keyOf(body);
        const latest = this.#results.get(key);
        if (latest?.inspected !== inspected || due <= latest.due) {
          this.#results.set(key, { inspected, due, atMs: now });
          return [key, body.state === 'streaming'];
        }
        return [key, body.state === 'streaming' && now - latest.atMs < NO_RESULT_MS];
      }),
    );
  }

  /** A camera that streams while its model gives no results does not inspect. */
  #labelled(body: Telemetry): Telemetry {
    const isLost = body.state === 'streaming' && this.#inspects(this.#parts.clock.monoMs()).get(keyOf(body)) === false;
    return isLost ? { ...body, state: NO_RESULTS } : body;
  }

  /** Records the counters now. What cannot be written is logged: telemetry must not stop the inspection. */
  write(isWanted: (body: Telemetry) => boolean = () => true): void {
    const { lanes } = this.#parts;
    const entries = lanes
      .telemetry()
      .filter(isWanted)
      .map((body) => ({ stream: 'telemetry' as const, kind: 'counters', body: this.#labelled(body) }));
    this.#append(entries);
  }

  #append(entries: Parameters<Journal['append']>[0]): void {
    const { journal, logger } = this.#parts;
    if (entries.length === 0) return;
    try {
      journal.append(entries);
    } catch (error) {
      logger.error({ err: messageOf(error) }, 'a telemetry record could not be written');
    }
  }
}

function keyOf({ camera, model }: Telemetry): string {
  return `${camera}/${model}`;
}
