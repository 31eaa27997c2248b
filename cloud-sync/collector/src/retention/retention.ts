import { type Clock, type Logger, messageOf } from '@lineside/kit';
import type { Stream } from '@lineside/protocol';
import type { CollectorConfig } from '../config/index.ts';
import type { MediaStore } from '../media/index.ts';
import type { RetentionStore } from './retention-store.ts';

const FIRST_MS = 60_000;
const EVERY_MS = 3_600_000;
/** This many at a time, with a pause in between, so that new batches do not wait. */
const RECORDS = 2000;
const PICTURES = 100;
const PAUSE_MS = 50;

export interface RetentionOptions {
  readonly keep: CollectorConfig['retention'];
  readonly store: RetentionStore;
  readonly media: MediaStore;
  readonly clock: Clock;
  readonly log: Logger;
}

/** Deletes what is older, or more, than the configuration keeps; what it does not name is never deleted. */
export class Retention {
  readonly name = 'retention';
  readonly #options: RetentionOptions;

  constructor(options: RetentionOptions) {
    this.#options = options;
  }

  async run(signal: AbortSignal): Promise<void> {
    const { clock, log } = this.#options;
    for (let waitMs = FIRST_MS; !signal.aborted; waitMs = EVERY_MS) {
      await clock.sleep(waitMs, signal);
      try {
        const deleted = await this.sweep(signal);
        if (Object.values(deleted).some((n) => n > 0)) log.info(deleted, 'retention deleted old records and pictures');
      } catch (error) {
        signal.throwIfAborted();
        log.error({ error: messageOf(error) }, 'retention failed; the next try is in an hour');
      }
    }
  }

  /** Deletes what is due now; resolves to how many records and pictures were deleted. */
  async sweep(signal: AbortSignal): Promise<{ records: number; pictures: number }> {
    const { audit, events, telemetry } = this.#options.keep;
    let records = 0;
    for (const [stream, ageMs] of Object.entries({ audit, events, telemetry }) as [Stream, number | undefined][]) {
      if (ageMs !== undefined) records += await this.#records(stream, ageMs, signal);
    }
    return { records, pictures: await this.#pictures(signal) };
  }

  async #records(stream: Stream, ageMs: number, signal: AbortSignal): Promise<number> {
    const { store, clock } = this.#options;
    const now = clock.wallMs();
    let sum = 0;
    for (;;) {
      const retired = await store.retireRecords(stream, now - ageMs, RECORDS, now);
      sum += retired;
      if (retired === 0) return sum;
      await clock.sleep(PAUSE_MS, signal);
    }
  }

  async #pictures(signal: AbortSignal): Promise<number> {
    const { keep, store, clock } = this.#options;
    if (keep.media === undefined) return 0;
    const { ageMs, bytes } = keep.media;
    const before = ageMs === undefined ? Number.NEGATIVE_INFINITY : clock.wallMs() - ageMs;
    let excess = bytes === undefined ? 0 : (await store.mediaBytes()) - bytes;
    for (let sum = 0; ; ) {
      const oldest = await store.oldestMedia(PICTURES);
      for (const row of oldest) {
        if (row.storedAtMs >= before && excess <= 0) return sum;
        await this.#remove(row.sha256);
        excess -= row.bytes;
        sum += 1;
      }
      if (oldest.length < PICTURES) return sum;
      await clock.sleep(PAUSE_MS, signal);
    }
  }

  /** The row first: a row whose bytes are deleted would stay wrong for ever after a crash in between. */
  async #remove(sha256: string): Promise<void> {
    const { store, media, clock } = this.#options;
    await store.retireMedia(sha256, clock.wallMs());
    await media.remove(sha256);
  }
}
