import type { ServerResponse } from 'node:http';
import { type Clock, messageOf, LogThrottle } from '@lineside/kit';
import type { EventView } from './snapshot.ts';

/** A watcher with more than this waiting is cut; its browser comes back by itself. */
const MAX_WAITING_BYTES = 4 * 1024 * 1024;

export interface StreamOptions {
  /** The status document as JSON. */
  readonly document: () => string;
  readonly clock: Clock;
  readonly warn: (facts: object, message: string) => void;
  readonly everyMs: number;
}

/** Server-sent events: `snapshot` every second, `event` as it happens. No work while nobody listens. */
export class StatusStream {
  readonly #options: StreamOptions;
  readonly #watchers = new Set<ServerResponse>();
  readonly #throttle: LogThrottle;
  #ticking: AbortController | undefined;

  constructor(options: StreamOptions) {
    this.#options = options;
    this.#throttle = new LogThrottle({ everyMs: 60_000, nowMs: () => options.clock.monoMs() });
  }

  get watchers(): number {
    return this.#watchers.size;
  }

  /** Sends to `response`, whose head is written, until its connection closes. */
  attach(response: ServerResponse): void {
    if (response.closed) return;
    this.#watchers.add(response);
    response.write('retry: 1000\n\n');
    const snapshot = this.#snapshot();
    if (snapshot !== undefined) response.write(snapshot);
    response.once('close', () => {
      this.#watchers.delete(response);
      if (this.#watchers.size === 0) this.#stopTicking();
    });
    if (this.#ticking !== undefined) return;
    this.#ticking = new AbortController();
    void this.#tick(this.#ticking.signal);
  }

  announce(event: EventView): void {
    const text = `event: event\ndata: ${JSON.stringify(event)}\n\n`;
    for (const response of this.#watchers) {
      if (response.writableLength > MAX_WAITING_BYTES) response.destroy();
      else response.write(text);
    }
  }

  close(): void {
    this.#stopTicking();
    for (const response of this.#watchers) response.end();
  }

  #stopTicking(): void {
    this.#ticking?.abort();
    this.#ticking = undefined;
  }

  async #tick(signal: AbortSignal): Promise<void> {
    for (;;) {
      try {
        await this.#options.clock.sleep(this.#options.everyMs, signal);
      } catch (error) {
        if (signal.aborted) return;
        throw error;
      }
      const text = this.#snapshot();
      if (text === undefined) continue;
      for (const response of this.#watchers) if (!response.writableNeedDrain) response.write(text);
    }
  }

  #snapshot(): string | undefined {
    try {
      return `event: snapshot\ndata: ${this.#options.document()}\n\n`;
    } catch (error) {
      const count = this.#throttle.due('snapshot');
      if (count !== undefined) this.#options.warn({ problem: messageOf(error), count }, 'no status snapshot');
      return undefined;
    }
  }
}
