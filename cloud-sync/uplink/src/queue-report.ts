import type { Clock } from '@lineside/kit';
import { type Reported, STREAMS } from '@lineside/protocol';
import type { BrokerSession } from './session/index.ts';
import type { UplinkSnapshot } from './snapshot.ts';

/** Publishes the reported document whenever it changed: the queue is visible even while nothing gets through it. */
export class QueueReport {
  readonly #clock: Clock;
  readonly #everyMs: number;
  #published = '';
  #dueMs = Number.NEGATIVE_INFINITY;

  constructor(clock: Clock, everyMs: number) {
    this.#clock = clock;
    this.#everyMs = everyMs;
  }

  /** What an earlier connection published may not have arrived. */
  forget(): void {
    this.#published = '';
    this.#dueMs = Number.NEGATIVE_INFINITY;
  }

  /** Something that should not wait has changed. */
  expedite(): void {
    this.#dueMs = Number.NEGATIVE_INFINITY;
  }

  /** Publishes the document if it is due and has changed. Returns ms until it is due again. */
  publishIfDue(session: BrokerSession, snapshot: () => UplinkSnapshot): number {
    const now = this.#clock.monoMs();
    if (now < this.#dueMs) return this.#dueMs - now;
    this.#dueMs = now + this.#everyMs;
    const current = snapshot();
    const { desired, updates } = current;
    const content = { ...queueOf(current), ...(desired && { desired }), ...(updates && { updates }) };
    const text = JSON.stringify(content);
    if (text === this.#published) return this.#everyMs;
    const document: Reported = { v: 1, t: Math.round(this.#clock.wallMs()), ...content };
    // A broker that forbids it is no reason to repeat it: the next connection tries once more.
    session.publish('reported', {}, document, () => undefined);
    this.#published = text;
    return this.#everyMs;
  }
}

/** While nothing is queued the rate is left out, or every quiet line would publish all day. */
function queueOf({
  streams,
  queued: all,
  drainPerS,
  emptyInS,
  mediaQueued,
}: UplinkSnapshot): Omit<Reported, 'v' | 't'> {
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
