import { type Condition, condition, isAbort, messageOf } from './condition.ts';
import type { MediaOutbox, PendingMedia } from './outbox.ts';
import type { UplinkClock } from './ports.ts';

export interface MediaTarget {
  /** Pictures go to `${url}/${device}/${sha256}`. */
  readonly url: string;
  readonly device: string;
  readonly username?: string;
  readonly password?: string;
}

export interface MediaTimes {
  /** A PUT without an answer is given up after this. */
  readonly requestMs: number;
  /** Wait after a failure that may pass. */
  readonly retryMs: number;
  /** Wait before a picture that was refused for good is tried once more: collectors get repaired too. */
  readonly parkMs: number;
}

const LOOK_AHEAD = 8;
const MOST_MISMATCHES = 3;

type Outcome = 'stored' | 'mismatch' | 'refused' | 'failed';

/** Brings pictures to the collector, one at a time, oldest first; marks them only when it has hashed and stored them. */
export class MediaUpload {
  readonly #outbox: MediaOutbox;
  readonly #clock: UplinkClock;
  readonly #times: MediaTimes;
  readonly #trouble: (what: Condition) => void;
  /** Pictures to leave alone until then, monotonic ms. */
  readonly #parked = new Map<string, number>();
  #sent = 0;

  constructor(options: {
    outbox: MediaOutbox;
    clock: UplinkClock;
    times: MediaTimes;
    trouble: (what: Condition) => void;
  }) {
    this.#outbox = options.outbox;
    this.#clock = options.clock;
    this.#times = options.times;
    this.#trouble = options.trouble;
  }

  get sent(): number {
    return this.#sent;
  }

  get queued(): number {
    return this.#outbox.stats().pending;
  }

  /** Uploads what is pending. Returns how long to wait before the next call: ms, 0 when there may be more. */
  async round(target: MediaTarget, signal: AbortSignal): Promise<number> {
    const now = this.#clock.monoMs();
    for (const [sha256, until] of this.#parked) if (until <= now) this.#parked.delete(sha256);
    const candidates = this.#outbox.pending(LOOK_AHEAD + this.#parked.size);
    const next = candidates.find((media) => !this.#parked.has(media.sha256));
    if (next === undefined) return this.#times.retryMs;
    const outcome = await this.#bring(next, target, signal);
    if (outcome === 'stored') {
      this.#outbox.uploaded(next.sha256);
      this.#sent += 1;
      return 0;
    }
    if (outcome === 'failed') return this.#times.retryMs;
    this.#parked.set(next.sha256, this.#clock.monoMs() + this.#times.parkMs);
    return 0;
  }

  async #bring(media: PendingMedia, target: MediaTarget, signal: AbortSignal): Promise<Outcome> {
    for (let attempt = 1; attempt <= MOST_MISMATCHES; attempt += 1) {
      let bytes: Uint8Array;
      try {
        bytes = await this.#outbox.open(media.sha256);
      } catch (error) {
        this.#trouble(condition('media_unreadable', messageOf(error)));
        return 'refused';
      }
      const outcome = await this.#put(media, bytes, target, signal);
      if (outcome !== 'mismatch') return outcome;
    }
    return 'refused';
  }

  async #put(media: PendingMedia, bytes: Uint8Array, target: MediaTarget, signal: AbortSignal): Promise<Outcome> {
    const url = `${target.url.replace(/\/+$/, '')}/${target.device}/${media.sha256}`;
    let response: Response;
    try {
      response = await fetch(url, {
        method: 'PUT',
        headers: headersFor(media, target),
        body: new Uint8Array(bytes),
        // A redirect would carry this device's password to a place that nobody configured.
        redirect: 'error',
        signal: AbortSignal.any([signal, AbortSignal.timeout(this.#times.requestMs)]),
      });
      await response.body?.cancel();
    } catch (error) {
      if (isAbort(error)) signal.throwIfAborted();
      const cause = error instanceof Error && error.cause !== undefined ? `: ${messageOf(error.cause)}` : '';
      this.#trouble(condition('media_unreachable', `${url}: ${messageOf(error)}${cause}`));
      return 'failed';
    }
    return this.#judge(response.status, url);
  }

  #judge(status: number, url: string): Outcome {
    if (status === 200 || status === 201) return 'stored';
    if (status === 409 || status === 422) {
      this.#trouble(condition('media_refused', `${url}: the collector got other bytes than were sent (${status})`));
      return 'mismatch';
    }
    if (status === 401 || status === 403) {
      this.#trouble(condition('credentials_refused', `${url}: the collector refuses the credentials (${status})`));
      return 'failed';
    }
    if (status === 408 || status === 429 || status >= 500 || status < 400) {
      this.#trouble(condition('media_unreachable', `${url}: answered ${status}`));
      return 'failed';
    }
    this.#trouble(condition('media_refused', `${url}: refused for good (${status})`));
    return 'refused';
  }
}

function headersFor(media: PendingMedia, { username, password }: MediaTarget): Record<string, string> {
  const digest = Buffer.from(media.sha256, 'hex').toString('base64');
  return {
    'content-type': media.mime,
    // RFC 3230, and its successor RFC 9530.
    digest: `sha-256=${digest}`,
    'content-digest': `sha-256=:${digest}:`,
    ...(username === undefined
      ? {}
      : { authorization: `Basic ${Buffer.from(`${username}:${password ?? ''}`).toString('base64')}` }),
  };
}
