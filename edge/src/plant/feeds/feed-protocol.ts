import type { Clock, Logger, Service } from '@lineside/kit';
import type { FeedCommand, FeedPlan } from './feed-plan.ts';
import type { LineNews, StreamName } from './line-news.ts';

/** How one feed is, for status and metrics. Counters rise while its process lives. */
export interface FeedState {
  readonly id: string;
  readonly connected: boolean;
  /** Why it is not. */
  readonly problem?: string;
  /** Messages handed on, and those that were not because the feed itself did not keep up or was not connected, by topic. */
  readonly sent: Readonly<Record<string, number>>;
  readonly dropped: Readonly<Record<string, number>>;
  /** Times that a consumer was too slow and was passed over until it had read on. */
  readonly stalls: number;
  /** Connections of consumers now; absent where the feed itself connects to a broker. */
  readonly clients?: number;
  /** Connections of consumers that ended: they left, stopped reading and were cut off, or were refused. Absent as `clients` is. */
  readonly ended?: number;
  /** Messages from outside that were not followed, by reason. */
  readonly refused: Readonly<Record<string, number>>;
  /** Streams that somebody reads now. */
  readonly wanted: readonly StreamName[];
}

export interface FeedTools {
  readonly clock: Clock;
  readonly log: Logger;
  /** What somebody outside wants; only what the plan allows. */
  readonly onCommand: (command: FeedCommand, value: string) => void;
}

/** One feed. `run` connects again by itself until its signal aborts, and throws only what is beyond repair. */
export interface Feed extends Service {
  /** Never waits and never throws. */
  take(news: LineNews): void;
  state(): FeedState;
}

/** One protocol of feeds, chosen by the scheme of a URL. */
export interface FeedProtocol {
  readonly schemes: readonly string[];
  /** What is wrong with a URL that has one of the schemes, or undefined. References in it are replaced by a word. */
  problem(url: string): string | undefined;
  /** Makes the feed without opening it. Loads the code of the protocol. */
  open(plan: FeedPlan, tools: FeedTools): Promise<Feed>;
}
