import type { ServerResponse } from 'node:http';
import { constants, createGzip } from 'node:zlib';
import { type Clock, messageOf, LogThrottle } from '@lineside/kit';
import type { EventView } from './snapshot.ts';

/** A watcher with more than this waiting is cut; its browser comes back by itself. */
const MAX_WAITING_BYTES = 4 * 1024 * 1024;

/** Where a watcher's texts go: its connection, or a compression before it. */
interface Sink {
  readonly write: (text: string) => void;
  /** Whether the connection has not taken what was written before. */
  readonly isFull: () => boolean;
  readonly waitingBytes: () => number;
  readonly end: () => void;
  readonly destroy: () => void;
}

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
  readonly #watchers = new Set<Sink>();
  readonly #throttle: LogThrottle;
  #ticking: AbortController | undefined;

  constructor(options: StreamOptions) {
    this.#options = options;
    this.#throttle = new LogThrottle({ everyMs: 60_000, nowMs: () => options.clock.monoMs() });
  }

  get watchers(): number {
    return this.#watchers.size;
  }

  /**
   * Sends to `response`, whose head is written, until its connection closes. Compressed as one stream where the head says
   * so: a snapshot is then little more than what differs from the one before.
   */
  attach(response: ServerResponse, isCompressed = false): void {
    if (response.closed) return;
    const sink = isCompressed ? compressedSink(response) : plainSink(response);
    this.#watchers.add(sink);
    sink.write('retry: 1000\n\n');
    const snapshot = this.#snapshot();
    if (snapshot !== undefined) sink.write(snapshot);
    response.once('close', () => {
      this.#watchers.delete(sink);
      if (this.#watchers.size === 0) this.#stopTicking();
    });
    if (this.#ticking !== undefined) return;
    this.#ticking = new AbortController();
    void this.#tick(this.#ticking.signal);
  }

  announce(event: EventView): void {
    const text = `event: event\ndata: ${JSON.stringify(event)}\n\n`;
    for (const sink of this.#watchers) {
      if (sink.waitingBytes() > MAX_WAITING_BYTES) sink.destroy();
      else sink.write(text);
    }
  }

  close(): void {
    this.#stopTicking();
    for (const sink of this.#watchers) sink.end();
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
      for (const sink of this.#watchers) if (!sink.isFull()) sink.write(text);
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

function plainSink(response: ServerResponse): Sink {
  return {
    write: (text) => void response.write(text),
    isFull: () => response.writableNeedDrain,
    waitingBytes: () => response.writableLength,
    end: () => void response.end(),
    destroy: () => void response.destroy(),
  };
}

function compressedSink(response: ServerResponse): Sink {
  const gzip = createGzip({ flush: constants.Z_SYNC_FLUSH });
  gzip.pipe(response);
  response.once('close', () => gzip.destroy());
  return {
    write: (text) => void gzip.write(text),
    isFull: () => gzip.writableNeedDrain || response.writableNeedDrain,
    waitingBytes: () => gzip.writableLength + gzip.readableLength + response.writableLength,
    end: () => void gzip.end(),
    destroy: () => void response.destroy(),
  };
}
