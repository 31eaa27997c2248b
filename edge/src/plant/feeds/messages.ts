import { isMessageOf, type LogMessage } from '@lineside/kit';
import type { FeedCommand, FeedPlan } from './feed-plan.ts';
import type { FeedState } from './feed-protocol.ts';
import type { LineNews } from './line-news.ts';

/** To the process of the feeds. */
export type ToFeeds =
  | { readonly type: 'plan'; readonly feeds: readonly FeedPlan[] }
  | LineNews
  | { readonly type: 'stop' };

/** From the process of the feeds. `taken`: messages of the line that it has worked off, all together. */
export type FromFeeds =
  | { readonly type: 'state'; readonly feeds: readonly FeedState[]; readonly taken: number }
  | { readonly type: 'command'; readonly feed: string; readonly command: FeedCommand; readonly value: string }
  | LogMessage;

const TO: readonly ToFeeds['type'][] = ['plan', 'report', 'event', 'tracks', 'detections', 'picture', 'stop'];
const FROM: readonly FromFeeds['type'][] = ['state', 'command', 'log'];

/** Both ends are from one package: the type of a message says its form. */
export function isToFeeds(message: unknown): message is ToFeeds {
  return isMessageOf<ToFeeds>(message, TO);
}

export function isFromFeeds(message: unknown): message is FromFeeds {
  return isMessageOf<FromFeeds>(message, FROM);
}
