import { type Clock, isAbort, messageOf } from '@lineside/kit';
import { TokenBucket } from '../limits/index.ts';
import { type MediaOutbox, type PendingMedia, problem, type UplinkProblem } from '../ports/index.ts';
import { tusUpload } from './tus-upload.ts';

export interface MediaTarget {
  /** A file goes to `${url}/${device}/${sha256}` in one request. */
  readonly url: string;
  /** Where it may go in pieces instead; see tus-upload.ts. */
  readonly uploadUrl?: string;
  readonly device: string;
  readonly username?: string;
  readonly password?: string;
}

export interface MediaTimes {
  /** Deadline of a request. */
  readonly requestMs: number;
  /** Wait after a temporary failure. */
  readonly retryMs: number;
  /** Wait before a file that was refused for good is tried once more: collectors get repaired, too. */
  readonly parkMs: number;
}

const LOOK_AHEAD = 8;
const MOST_MISMATCHES = 3;

/** How often an upload checks whether its file is still held. */
const LOOK_MS = 1_000;
/** A file is sent in pieces, each when the bandwidth limit allows it. */
const PIECE_BYTES = 16 * 1024;
/** Piece of a resumable upload: at most this is lost when the connection ends. */
const RESUMABLE_PIECE_BYTES = 128 * 1024;
const TUS = { 'tus-resumable': '1.0.0' };

type Outcome = 'stored' | 'mismatch' | 'refused' | 'failed' | 'cancelled';

/** Uploads evidence, one file at a time, oldest first; marks a file only when the collector has hashed and stored it. */
export class MediaUpload {
  readonly #outbox: MediaOutbox;
  readonly #clock: Clock;
  readonly #times: MediaTimes;
  readonly #report: (what: UplinkProblem) => void;
  /** Files that are not tried before a time, monotonic ms. */
  readonly #parked = new Map<string, number>();
  readonly #bucket: TokenBucket | undefined;
  #sent = 0;
  #cancelled = 0;

  constructor(options: {
    outbox: MediaOutbox;
    clock: Clock;
    times: MediaTimes;
    report: (what: UplinkProblem) => void;
    /** Infinite for no limit. */
    bytesPerS: number;
  }) {
    this.#outbox = options.outbox;
    this.#clock = options.clock;
    this.#times = options.times;
    this.#report = options.report;
    const { bytesPerS, clock } = options;
    this.#bucket = Number.isFinite(bytesPerS) ? new TokenBucket(bytesPerS, clock.monoMs()) : undefined;
  }

  /** Uploads that ended because the file was given up meanwhile. */
  get cancelled(): number {
    return this.#cancelled;
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
    if (outcome === 'cancelled') {
      // Whatever gave it up has written the record of its loss.
      this.#cancelled += 1;
      return 0;
    }
    this.#parked.set(next.sha256, this.#clock.monoMs() + this.#times.parkMs);
    return 0;
  }

  async #bring(media: PendingMedia, target: MediaTarget, signal: AbortSignal): Promise<Outcome> {
    for (let attempt = 1; attempt <= MOST_MISMATCHES; attempt += 1) {
      let bytes: Uint8Array;
      try {
        bytes = await this.#outbox.open(media.sha256);
      } catch (error) {
        if (this.#givenUp(media)) return 'cancelled';
        this.#report(problem('media_unreadable', messageOf(error)));
        return 'refused';
      }
      const outcome = await this.#send(media, bytes, target, signal);
      if (outcome !== 'mismatch') return outcome;
    }
    return 'refused';
  }

  /** In one request, or in pieces where that loses less when the connection ends. Ends early when the file is given up. */
  async #send(media: PendingMedia, bytes: Uint8Array, target: MediaTarget, signal: AbortSignal): Promise<Outcome> {
    const resumable = target.uploadUrl !== undefined && bytes.length > RESUMABLE_PIECE_BYTES / 2;
    const url = withoutSlash(resumable ? (target.uploadUrl ?? '') : target.url);
    const done = new AbortController();
    const lost = new AbortController();
    const watching = this.#watch(media, lost, done.signal);
    const all = AbortSignal.any([signal, lost.signal]);
    let status: number;
    try {
      const at = `${url}/${target.device}`;
      status = resumable
        ? await this.#inPieces(at, media, bytes, target, all)
        : await this.#put(`${at}/${media.sha256}`, media, bytes, target, all);
    } catch (error) {
      if (lost.signal.aborted) return 'cancelled';
      if (isAbort(error)) signal.throwIfAborted();
      const cause = error instanceof Error && error.cause !== undefined ? `: ${messageOf(error.cause)}` : '';
      this.#report(problem('media_unreachable', `${url}: ${messageOf(error)}${cause}`));
      return 'failed';
    } finally {
      done.abort();
      await watching;
    }
    return this.#judge(status, `${url}/${target.device}/${media.sha256}`);
  }

  async #put(
    url: string,
    media: PendingMedia,
    bytes: Uint8Array,
    target: MediaTarget,
    signal: AbortSignal,
  ): Promise<number> {
    // The deadline is for the network, not for the time that the bandwidth limit adds.
    const allowedMs = this.#times.requestMs + (this.#bucket === undefined ? 0 : this.#bucket.msFor(bytes.length));
    const response = await fetch(url, {
      method: 'PUT',
      headers: headersFor(media, target),
      ...this.#body(bytes),
      // A redirect would send this device's password to a place that nobody configured.
      redirect: 'error',
      signal: AbortSignal.any([signal, AbortSignal.timeout(allowedMs)]),
    });
    await response.body?.cancel();
    return response.status;
  }

  #inPieces(
    at: string,
    media: PendingMedia,
    bytes: Uint8Array,
    target: MediaTarget,
    signal: AbortSignal,
  ): Promise<number> {
    const bucket = this.#bucket;
    return tusUpload({
      at,
      sha256: media.sha256,
      bytes,
      pieceBytes: bucket === undefined ? RESUMABLE_PIECE_BYTES : PIECE_BYTES,
      allowed: async (count) => {
        const waitMs = bucket?.waitMs(this.#clock.monoMs()) ?? 0;
        if (waitMs > 0) await this.#clock.sleep(waitMs, signal);
        bucket?.spend(count, this.#clock.monoMs());
      },
      ask: async (method, url, headers, body) => {
        const response = await fetch(url, {
          method,
          headers: { ...TUS, ...authorization(target), ...headers },
          redirect: 'error',
          signal: AbortSignal.any([signal, AbortSignal.timeout(this.#times.requestMs)]),
          ...(body === undefined ? {} : { body: new Uint8Array(body) }),
        });
        await response.body?.cancel();
        return response;
      },
    });
  }

  #givenUp({ sha256 }: PendingMedia): boolean {
    return !this.#outbox.holds(sha256);
  }

  /** Aborts `lost` when the file is given up, until `done`. */
  async #watch(media: PendingMedia, lost: AbortController, done: AbortSignal): Promise<void> {
    while (!done.aborted && !lost.signal.aborted) {
      await this.#clock.sleep(LOOK_MS, done).catch((error: unknown) => {
        if (!isAbort(error)) throw error;
      });
      if (this.#givenUp(media)) lost.abort();
    }
  }

  /** All at once, or in pieces at the rate of the limit. */
  #body(bytes: Uint8Array): RequestInit {
    const bucket = this.#bucket;
    if (bucket === undefined) return { body: new Uint8Array(bytes) };
    const clock = this.#clock;
    async function* pieces(): AsyncGenerator<Uint8Array> {
      for (let at = 0; at < bytes.length; at += PIECE_BYTES) {
        const waitMs = bucket?.waitMs(clock.monoMs()) ?? 0;
        if (waitMs > 0) await clock.sleep(waitMs);
        const piece = bytes.subarray(at, at + PIECE_BYTES);
        bucket?.spend(piece.length, clock.monoMs());
        yield piece;
      }
    }
    return { body: ReadableStream.from(pieces()), duplex: 'half' };
  }

  #judge(status: number, url: string): Outcome {
    if (status === 200 || status === 201) return 'stored';
    if (status === 409 || status === 422) {
      this.#report(problem('media_refused', `${url}: the collector received other bytes than were sent (${status})`));
      return 'mismatch';
    }
    if (status === 401 || status === 403) {
      this.#report(problem('credentials_refused', `${url}: the collector refuses the credentials (${status})`));
      return 'failed';
    }
    if (status === 408 || status === 423 || status === 429 || status >= 500 || status < 400) {
      this.#report(problem('media_unreachable', `${url}: answered ${status}`));
      return 'failed';
    }
    this.#report(problem('media_refused', `${url}: refused for good (${status})`));
    return 'refused';
  }
}

function headersFor(media: PendingMedia, target: MediaTarget): Record<string, string> {
  const digest = Buffer.from(media.sha256, 'hex').toString('base64');
  return {
    'content-type': media.mime,
    // RFC 3230, and its successor RFC 9530.
    digest: `sha-256=${digest}`,
    'content-digest': `sha-256=:${digest}:`,
    ...authorization(target),
  };
}

function authorization({ username, password }: MediaTarget): Readonly<Record<string, string>> {
  if (username === undefined) return {};
  return { authorization: `Basic ${Buffer.from(`${username}:${password ?? ''}`).toString('base64')}` };
}

function withoutSlash(url: string): string {
  return url.replace(/\/+$/, '');
}
