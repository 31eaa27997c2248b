import type { Stream } from '@lineside/protocol';
import { type Clock, type Logger, messageOf } from '@lineside/kit';
import type { CollectorConfig } from '../config/index.ts';
import type { MediaStore } from '../media/index.ts';
import type { CollectorStore } from '../store/index.ts';

const FIRST_MS = 60_000;
const EVERY_MS = 3_600_000;
/** So many at a time, with a breath in between, that what comes in fresh does not wait. */
const RECORDS = 2000;
const PICTURES = 100;
const BREATH_MS = 50;

export interface RetentionOptions {
  readonly keep: CollectorConfig['retention'];
  readonly store: CollectorStore;
  readonly media: MediaStore;
  readonly clock: Clock;
  readonly log: Logger;
}

/** Deletes what is older, or more, than the configuration says to keep; of what it does not name, nothing. */
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
        const taken = await this.sweep(signal);
        if (Object.values(taken).some((n) => n > 0)) log.info(taken, 'retention took away what was old');
      } catch (error) {
        signal.throwIfAborted();
        log.error({ error: messageOf(error) }, 'retention failed; it is tried again in an hour');
      }
    }
  }

  /** One look at everything; resolves to how many records and pictures went. */
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
      const taken = await store.retire(stream, now - ageMs, RECORDS, now);
      sum += taken;
      if (taken === 0) return sum;
      await clock.sleep(BREATH_MS, signal);
    }
  }

  async #pictures(signal: AbortSignal): Promise<number> {
    const { keep, store, clock } = this.#options;
    if (keep.media === undefined) return 0;
    const { ageMs, bytes } = keep.media;
    const before = ageMs === undefined ? Number.NEGATIVE_INFINITY : clock.wallMs() - ageMs;
    let excess = bytes === undefined ? 0 : (await store.totals()).mediaBytes - bytes;
    for (let sum = 0; ; ) {
      const oldest = await store.oldestMedia(PICTURES);
      for (const row of oldest) {
        if (row.storedMs >= before && excess <= 0) return sum;
        await this.#remove(row.sha256);
        excess -= row.bytes;
        sum += 1;
      }
      if (oldest.length < PICTURES) return sum;
      await clock.sleep(BREATH_MS, signal);
    }
  }

  /** The row first: a picture that is still said to be here and is not would be missed for ever. */
  async #remove(sha256: string): Promise<void> {
    const { store, media, clock } = this.#options;
    await store.retireMedia(sha256, clock.wallMs());
    await media.remove(sha256);
  }
}
