import { type Clock, type Logger, LogThrottle, messageOf, type Service } from '@lineside/kit';
import type { ResendCommand } from '@lineside/protocol';
import { streamName, type StreamRange } from '../records/index.ts';
import type { GapRow, GapStore } from './gap-store.ts';

const MAX_RANGES = 1000;
const FIRST_REQUEST_AFTER_MS = 10_000;
const MAX_REQUEST_EVERY_MS = 10 * 60_000;
const REQUESTS_PER_SWEEP = 4;
const LOG_EVERY_MS = 30_000;

export interface GapWatchOptions {
  readonly store: GapStore;
  readonly isOnline: (device: string) => boolean;
  readonly clock: Clock;
  readonly log: Logger;
  readonly reorderTimeoutMs: number;
  /** True where other collectors request too, so that what one of them requested a moment ago is not requested again. */
  readonly cluster?: boolean;
}

/** Through which gaps are requested again. */
export interface GapOutbox {
  /** Sends to the device; false when that is not possible now. */
  request(device: string, command: ResendCommand): boolean;
}

/** Opens gaps for numbers that stay missing, requests them from their devices, and closes gaps that are filled or declared. */
export class GapWatch {
  readonly #options: GapWatchOptions;
  /** When a missing range was first seen while its device was online, monotonic. */
  #seen = new Map<string, number>();
  readonly #throttle: LogThrottle;
  #open: readonly GapRow[] = [];
  #sweptMs: number;
  /** When a gap may be requested again, monotonic. */
  readonly #notBefore = new Map<number, number>();

  constructor(options: GapWatchOptions) {
    this.#options = options;
    this.#sweptMs = options.clock.monoMs();
    this.#throttle = new LogThrottle({ everyMs: LOG_EVERY_MS, nowMs: () => options.clock.monoMs() });
  }

  get open(): readonly GapRow[] {
    return this.#open;
  }

  /** Time since the store was last checked: a sign of life. */
  get idleMs(): number {
    return this.#options.clock.monoMs() - this.#sweptMs;
  }

  /** Checks regularly, until the signal aborts. */
  service(outbox: GapOutbox): Service {
    return { name: 'gap watch', run: async (signal) => this.#run(outbox, signal) };
  }

  async #run(outbox: GapOutbox, signal: AbortSignal): Promise<void> {
    const { clock, reorderTimeoutMs, log } = this.#options;
    const everyMs = Math.min(1000, Math.max(50, reorderTimeoutMs / 4));
    while (!signal.aborted) {
      try {
        await this.sweep(outbox);
      } catch (error) {
        const times = this.#throttle.due(messageOf(error));
        if (times !== undefined) log.error({ error: messageOf(error), times }, 'gaps could not be checked');
      }
      this.#sweptMs = clock.monoMs();
      await clock.sleep(everyMs, signal);
    }
  }

  /** Checks all streams once. */
  async sweep(outbox: GapOutbox): Promise<void> {
    const { store, clock } = this.#options;
    const overdue = this.#overdue(await store.missing(MAX_RANGES));
    if (overdue.length === 0 && this.#open.length === 0 && this.#wasEmpty) return;
    this.#open = await store.reconcile(overdue, clock.wallMs());
    this.#wasEmpty = this.#open.length === 0;
    await this.#requestMissing(outbox);
  }

  // The first sweep after a start must check gaps that an earlier run left open.
  #wasEmpty = false;

  #overdue(missing: readonly StreamRange[]): StreamRange[] {
    const { clock, isOnline, reorderTimeoutMs } = this.#options;
    const now = clock.monoMs();
    const seen = new Map<string, number>();
    const overdue = missing.filter((range) => {
      if (!isOnline(range.device)) return false;
      const key = `${streamName(range)}/${range.first}-${range.last}`;
      const since = this.#seen.get(key) ?? now;
      seen.set(key, since);
      return now - since >= reorderTimeoutMs;
    });
    this.#seen = seen;
    return overdue;
  }

  async #requestMissing(outbox: GapOutbox): Promise<void> {
    const { store, clock, isOnline, log } = this.#options;
    const now = clock.monoMs();
    const perDevice = new Map<string, number>();
    for (const gap of this.#open) {
      const sent = perDevice.get(gap.device) ?? 0;
      if (sent >= REQUESTS_PER_SWEEP || !isOnline(gap.device)) continue;
      if ((this.#notBefore.get(gap.id) ?? 0) > now || this.#requestedByAnother(gap)) continue;
      const { device, epoch, stream, first, last } = gap;
      if (!outbox.request(device, { v: 1, cmd: 'resend', epoch, stream, from: first, to: last })) continue;
      perDevice.set(device, sent + 1);
      this.#notBefore.set(gap.id, now + pauseAfter(gap.requests));
      await store.noteRequest(gap.id, clock.wallMs());
      log.info({ device, stream, first, last, requests: gap.requests + 1 }, 'missing records requested');
    }
    const ids = new Set(this.#open.map(({ id }) => id));
    for (const id of this.#notBefore.keys()) if (!ids.has(id)) this.#notBefore.delete(id);
  }

  #requestedByAnother({ requestedAtMs, requests }: GapRow): boolean {
    if (this.#options.cluster !== true || requestedAtMs === null) return false;
    const agoMs = this.#options.clock.wallMs() - requestedAtMs;
    return agoMs >= 0 && agoMs < pauseAfter(requests - 1);
  }
}

/** How long to wait for an answer to the request after `requests` others, ms. */
function pauseAfter(requests: number): number {
  return Math.min(MAX_REQUEST_EVERY_MS, FIRST_REQUEST_AFTER_MS * 2 ** Math.min(Math.max(requests, 0), 10));
}
