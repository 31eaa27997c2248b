import type { StreamName } from '../line-news.ts';

const STREAMS: readonly StreamName[] = ['tracks', 'detections', 'frames'];
/** More different subscriptions than any set of honest consumers has; beyond them every stream counts as wanted. */
const MOST = 1_000;
const SUBSCRIBE = 1;
const UNSUBSCRIBE = 0;

/**
 * What the consumers have asked for, from the messages of an XPUB socket: a byte, then the beginning of the topics. The
 * socket reports the first subscription and the last cancellation of each.
 */
export class Subscriptions {
  readonly #prefixes = new Set<string>();
  #overflow = false;

  take(message: Uint8Array): void {
    const prefix = Buffer.from(message.subarray(1)).toString('latin1');
    if (message[0] === SUBSCRIBE) {
      if (this.#prefixes.size < MOST) this.#prefixes.add(prefix);
      else this.#overflow = true;
    } else if (message[0] === UNSUBSCRIBE) this.#prefixes.delete(prefix);
  }

  /** Streams of which some message fits a subscription. */
  get wanted(): readonly StreamName[] {
    if (this.#overflow) return STREAMS;
    return STREAMS.filter((stream) => [...this.#prefixes].some((prefix) => overlap(prefix, `${stream}/`)));
  }
}

function overlap(prefix: string, topics: string): boolean {
  return prefix.startsWith(topics) || topics.startsWith(prefix);
}
