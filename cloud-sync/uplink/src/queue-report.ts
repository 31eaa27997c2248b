import type { Clock } from '@lineside/kit';
import { type Reported, STREAMS, topicOf } from '@lineside/protocol';
import type { BrokerSession } from './session/index.ts';
import type { UplinkSnapshot } from './snapshot.ts';

/** Tells the cloud what waits here, whenever that changed: the queue is seen even while nothing gets through it. */
export class QueueReport {
  readonly #device: string;
  readonly #clock: Clock;
  readonly #everyMs: number;
  #said = '';
  #dueMs = Number.NEGATIVE_INFINITY;

  constructor(device: string, clock: Clock, everyMs: number) {
    this.#device = device;
    this.#clock = clock;
    this.#everyMs = everyMs;
  }

  /** What an earlier connection said may not have arrived. */
  forget(): void {
    this.#said = '';
    this.#dueMs = Number.NEGATIVE_INFINITY;
  }

  /** Publishes it where it is time and anything is new. Returns ms until it is time again. */
  tell(session: BrokerSession, snapshot: () => UplinkSnapshot): number {
    const now = this.#clock.monoMs();
    if (now < this.#dueMs) return this.#dueMs - now;
    this.#dueMs = now + this.#everyMs;
    const news = newsOf(snapshot());
    const text = JSON.stringify(news);
    if (text === this.#said) return this.#everyMs;
    const document: Reported = { v: 1, t: Math.round(this.#clock.wallMs()), ...news };
    // A broker that forbids it is no reason to say it again and again: the next connection tries once more.
    session.publish(
      topicOf('reported', { device: this.#device }),
      Buffer.from(JSON.stringify(document)),
      true,
      () => undefined,
    );
    this.#said = text;
    return this.#everyMs;
  }
}

/** Where nothing waits the pace is no news, or every quiet line would talk all day. */
function newsOf({ streams, queued: all, drainPerS, emptyInS, mediaQueued }: UplinkSnapshot): Omit<Reported, 'v' | 't'> {
  const queue = Object.fromEntries(
    STREAMS.map((stream) => {
      const { queued, declared, oldestQueuedWallMs: oldest } = streams[stream];
      return [stream, { queued, declaredLost: declared, ...(oldest === undefined ? {} : { oldest }) }];
    }),
  );
  const still = { queue, pictures: mediaQueued };
  if (all === 0) return { ...still, drainPerS: 0 };
  const end = emptyInS === undefined || !Number.isFinite(emptyInS) ? {} : { emptyInS: Math.ceil(emptyInS) };
  return { ...still, drainPerS: Math.round(drainPerS * 10) / 10, ...end };
}
