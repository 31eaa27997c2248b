import type { ServerResponse } from 'node:http';
import { type Clock, messageOf, LogThrottle } from '@lineside/kit';
import type { PictureOptions, PictureShot, StatusSource } from './source.ts';

const SPARING = 50;
const BOUNDARY = 'lineside-frame';
export const LIVE_CONTENT_TYPE = `multipart/x-mixed-replace; boundary=${BOUNDARY}`;

export interface LiveOptions {
  readonly source: Pick<StatusSource, 'picture' | 'sparesLivePictures'>;
  readonly clock: Clock;
  readonly warn: (facts: object, message: string) => void;
  /** At most one picture per camera in this time; while the device is overloaded, in 50 times this. */
  readonly everyMs: number;
  /** How long one picture may take. */
  readonly deadlineMs: number;
  /** A watcher whose connection took nothing for so long is dropped. */
  readonly stuckAfterMs: number;
}

/** For a connection that costs money or is shared with the records: small pictures, and at most so many bytes a second. */
export const ECONOMY = { maxWidth: 320, quality: 40, bytesPerSecond: 10_000 } as const;

/** Pictures for whoever looks. Nothing is encoded when nobody does, and all watchers of a camera share one encoding. */
export class LivePictures {
  readonly #options: LiveOptions;
  readonly #channels = new Map<string, Channel>();
  readonly #recent = new Map<string, Recent>();

  constructor(options: LiveOptions) {
    this.#options = options;
  }

  get watchers(): number {
    let count = 0;
    for (const channel of this.#channels.values()) count += channel.watchers.size;
    return count;
  }

  /** One picture; whoever asks while it is made, or shortly after, gets the same one. */
  picture(camera: string, options: PictureOptions): Promise<PictureShot> {
    const { clock, deadlineMs, source } = this.#options;
    const everyMs = this.#everyMs();
    const now = clock.monoMs();
    for (const [key, { madeAtMs }] of this.#recent) {
      if (madeAtMs !== undefined && now - madeAtMs >= everyMs) this.#recent.delete(key);
    }
    const key = keyOf(camera, options);
    const known = this.#recent.get(key);
    if (known !== undefined) return known.shot;
    const recent: Recent = { shot: source.picture(camera, options, AbortSignal.timeout(deadlineMs)) };
    this.#recent.set(key, recent);
    recent.shot.then(
      () => (recent.madeAtMs = clock.monoMs()),
      () => this.#recent.delete(key),
    );
    return recent.shot;
  }

  /** Sends pictures to `response`, whose head is written, until its connection closes. */
  watch(camera: string, options: PictureOptions, response: ServerResponse): void {
    if (response.closed) return;
    const key = keyOf(camera, options);
    const known = this.#channels.get(key);
    const channel = known ?? { watchers: new Set(), stop: new AbortController() };
    const watcher: Watcher = { response, tookAtMs: this.#options.clock.monoMs() };
    channel.watchers.add(watcher);
    response.write(`--${BOUNDARY}\r\n`);
    if (channel.newest !== undefined) response.write(partOf(channel.newest.jpeg));
    response.once('close', () => {
      channel.watchers.delete(watcher);
      if (channel.watchers.size > 0) return;
      channel.stop.abort();
      if (this.#channels.get(key) === channel) this.#channels.delete(key);
    });
    if (known !== undefined) return;
    this.#channels.set(key, channel);
    void this.#feed(channel, camera, options);
  }

  /** Ends every watcher. */
  close(): void {
    for (const channel of this.#channels.values()) {
      channel.stop.abort();
      for (const watcher of channel.watchers) watcher.response.end();
    }
    this.#channels.clear();
  }

  async #feed(channel: Channel, camera: string, options: PictureOptions): Promise<void> {
    const { clock, warn } = this.#options;
    const throttle = new LogThrottle({ everyMs: 60_000, nowMs: () => clock.monoMs() });
    const { signal } = channel.stop;
    while (!signal.aborted) {
      const startedMs = clock.monoMs();
      const everyMs = this.#everyMs();
      let paceMs = everyMs;
      const perSecond = options.quality === ECONOMY.quality ? ECONOMY.bytesPerSecond : Number.POSITIVE_INFINITY;
      try {
        const shot = await this.picture(camera, options);
        if (shot.index === channel.newest?.index) paceMs = everyMs * 3;
        else this.#send(channel, shot);
        paceMs = Math.max(paceMs, (1000 * partBytes(shot.jpeg)) / perSecond);
      } catch (error) {
        const count = throttle.due('live');
        if (count !== undefined) warn({ camera, problem: messageOf(error), count }, 'no live picture');
        paceMs = Math.max(everyMs, 1_000);
      }
      await rest(clock, Math.max(1, paceMs - (clock.monoMs() - startedMs)), signal);
    }
  }

  /** Inspection comes before pictures for people: what the device has no time for is left out here first. */
  #everyMs(): number {
    const { everyMs, source } = this.#options;
    return source.sparesLivePictures?.() === true ? SPARING * everyMs : everyMs;
  }

  #send(channel: Channel, shot: PictureShot): void {
    channel.newest = shot;
    const part = partOf(shot.jpeg);
    const now = this.#options.clock.monoMs();
    for (const watcher of channel.watchers) {
      // A slow connection skips pictures instead of collecting them: at most one waits in memory.
      if (!watcher.response.writableNeedDrain) {
        watcher.response.write(part);
        watcher.tookAtMs = now;
      } else if (now - watcher.tookAtMs > this.#options.stuckAfterMs) watcher.response.destroy();
    }
  }
}

interface Watcher {
  readonly response: ServerResponse;
  tookAtMs: number;
}

interface Recent {
  readonly shot: Promise<PictureShot>;
  /** Absent while it is being made. */
  madeAtMs?: number;
}

interface Channel {
  readonly watchers: Set<Watcher>;
  readonly stop: AbortController;
  newest?: PictureShot;
}

function keyOf(camera: string, options: PictureOptions): string {
  return `${options.boxes ? 'boxes' : 'plain'} ${options.maxWidth} ${options.quality ?? ''} ${camera}`;
}

/** The part ends with the next boundary, or browsers would show each picture one picture late. */
function partOf(jpeg: Buffer): Buffer {
  const head = `content-type: image/jpeg\r\ncontent-length: ${jpeg.length}\r\n\r\n`;
  return Buffer.concat([Buffer.from(head), jpeg, Buffer.from(`\r\n--${BOUNDARY}\r\n`)]);
}

/** With the headers and the line around it, and those of the protocol below. */
function partBytes(jpeg: Buffer): number {
  return jpeg.length + 200;
}

async function rest(clock: Clock, ms: number, signal: AbortSignal): Promise<void> {
  try {
    await clock.sleep(ms, signal);
  } catch (error) {
    if (!signal.aborted) throw error;
  }
}
