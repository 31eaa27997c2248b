import type { ResendCommand } from '@lineside/protocol';
import { type Clock, type Logger, LogThrottle, messageOf } from '@lineside/kit';
import type { CollectorStore, GapRow, Span, StreamKey } from '../store/index.ts';
import type { Presence } from '../devices/presence.ts';

const MAX_HOLES = 1000;
const FIRST_REQUEST_AFTER_MS = 10_000;
const MAX_REQUEST_EVERY_MS = 10 * 60_000;
const REQUESTS_PER_SWEEP = 4;
const SAY_AGAIN_MS = 30_000;

export interface GapWatchOptions {
  readonly store: CollectorStore;
  readonly presence: Presence;
  readonly clock: Clock;
  readonly log: Logger;
  readonly reorderTimeoutMs: number;
  /** True where other collectors ask as well, so that what one of them asked a moment ago is not asked again. */
  readonly cluster?: boolean;
  /** Sends to the device; false when there is no way to it now. */
  readonly request: (device: string, command: ResendCommand) => boolean;
}

/** Turns holes that stay into gaps, asks their devices for them, and closes them when they are filled or declared. */
export class GapWatch {
  readonly name = 'gap watch';
  readonly #options: GapWatchOptions;
  /** When a hole was first seen while its device was online, monotonic. */
  #seen = new Map<string, number>();
  readonly #throttle: LogThrottle;
  #open: readonly GapRow[] = [];
  #sweptMs: number;
  /** When a gap may be asked for again, monotonic. */
  readonly #notBefore = new Map<number, number>();

  constructor(options: GapWatchOptions) {
    this.#options = options;
    this.#sweptMs = options.clock.monoMs();
    this.#throttle = new LogThrottle({ everyMs: SAY_AGAIN_MS, nowMs: () => options.clock.monoMs() });
  }

  get open(): readonly GapRow[] {
    return this.#open;
  }

  /** Since the store was last looked at: a sign of life. */
  get idleMs(): number {
    return this.#options.clock.monoMs() - this.#sweptMs;
  }

  async run(signal: AbortSignal): Promise<void> {
    const { clock, reorderTimeoutMs, log } = this.#options;
    const everyMs = Math.min(1000, Math.max(50, reorderTimeoutMs / 4));
    while (!signal.aborted) {
      try {
        await this.sweep();
      } catch (error) {
        const times = this.#throttle.due(messageOf(error));
        if (times !== undefined) log.error({ error: messageOf(error), times }, 'gaps could not be looked at');
      }
      this.#sweptMs = clock.monoMs();
      await clock.sleep(everyMs, signal);
    }
  }

  /** One look at all streams. */
  async sweep(): Promise<void> {
    const { store, clock } = this.#options;
    const ripe = this.#ripen(await store.holes(MAX_HOLES));
    if (ripe.length === 0 && this.#open.length === 0 && this.#wasEmpty) return;
    this.#open = await store.reconcileGaps(ripe, clock.wallMs());
    this.#wasEmpty = this.#open.length === 0;
    await this.#requestMissing();
  }

  // The first sweep after a start must look at gaps that an earlier run left open.
  #wasEmpty = false;

  #ripen(holes: readonly (StreamKey & Span)[]): (StreamKey & Span)[] {
    const { clock, presence, reorderTimeoutMs } = this.#options;
    const now = clock.monoMs();
    const seen = new Map<string, number>();
    const ripe = holes.filter((hole) => {
      if (presence.of(hole.device, now).link !== 'online') return false;
      const key = `${hole.device}/${hole.epoch}/${hole.stream}/${hole.first}-${hole.last}`;
      const since = this.#seen.get(key) ?? now;
      seen.set(key, since);
      return now - since >= reorderTimeoutMs;
    });
    this.#seen = seen;
    return ripe;
  }

  async #requestMissing(): Promise<void> {
    const { store, clock, presence, request, log } = this.#options;
    const now = clock.monoMs();
    const perDevice = new Map<string, number>();
    for (const gap of this.#open) {
      const sent = perDevice.get(gap.device) ?? 0;
      if (sent >= REQUESTS_PER_SWEEP || presence.of(gap.device, now).link !== 'online') continue;
      if ((this.#notBefore.get(gap.id) ?? 0) > now || this.#askedByAnother(gap)) continue;
      const { device, epoch, stream, first, last } = gap;
      if (!request(device, { v: 1, cmd: 'resend', epoch, stream, from: first, to: last })) continue;
      perDevice.set(device, sent + 1);
      this.#notBefore.set(gap.id, now + pauseAfter(gap.requests));
      await store.noteRequest(gap.id, clock.wallMs());
      log.info({ device, stream, first, last, requests: gap.requests + 1 }, 'asked for missing records');
    }
    const ids = new Set(this.#open.map(({ id }) => id));
    for (const id of this.#notBefore.keys()) if (!ids.has(id)) this.#notBefore.delete(id);
  }

  #askedByAnother({ requestedMs, requests }: GapRow): boolean {
    if (this.#options.cluster !== true || requestedMs === null) return false;
    const agoMs = this.#options.clock.wallMs() - requestedMs;
    return agoMs >= 0 && agoMs < pauseAfter(requests - 1);
  }
}

/** How long an answer to the request after `requests` others is waited for, ms. */
function pauseAfter(requests: number): number {
  return Math.min(MAX_REQUEST_EVERY_MS, FIRST_REQUEST_AFTER_MS * 2 ** Math.min(Math.max(requests, 0), 10));
}
