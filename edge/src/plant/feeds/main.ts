/** The process of the feeds: what other programs read, slowly or not at all, is kept apart from inspection. */
import {
  endWithParent,
  isAbort,
  type Logger,
  LogThrottle,
  messageOf,
  parentLogger,
  systemClock,
  tellParent,
  unlessAbort,
} from '@lineside/kit';
import type { FeedPlan } from './feed-plan.ts';
import type { Feed, FeedState } from './feed-protocol.ts';
import type { LineNews } from './line-news.ts';
import { type FromFeeds, isToFeeds } from './messages.ts';
import { feedProtocolOf } from './protocols.ts';

const STATE_MS = 250;
const RETRY_MS = 5_000;
const LOG_EVERY_MS = 60_000;

const send: (message: FromFeeds) => void = tellParent;

/** One feed, made again when it cannot be made or fails; another one is not disturbed. */
class KeptFeed {
  readonly #plan: FeedPlan;
  readonly #log: Logger;
  readonly #throttle = new LogThrottle({ everyMs: LOG_EVERY_MS, nowMs: () => systemClock.monoMs() });
  #feed: Feed | undefined;
  #problem: string | undefined;
  #newest: LineNews | undefined;

  constructor(plan: FeedPlan) {
    this.#plan = plan;
    this.#log = parentLogger({ feed: plan.id });
  }

  async run(signal: AbortSignal): Promise<void> {
    while (!signal.aborted) {
      try {
        await this.#once(signal);
      } catch (error) {
        if (!isAbort(error)) this.#report(error);
      }
      this.#feed = undefined;
      await systemClock.sleep(RETRY_MS, signal).catch(unlessAbort);
    }
  }

  async #once(signal: AbortSignal): Promise<void> {
    const { id, url } = this.#plan;
    const protocol = feedProtocolOf(url);
    // The configuration was checked: only a reference that resolves to another scheme leads here.
    if (protocol === undefined) throw new Error('no protocol of feeds has the scheme of its URL');
    this.#feed = await protocol.open(this.#plan, {
      clock: systemClock,
      log: this.#log,
      onCommand: (command, value) => send({ type: 'command', feed: id, command, value }),
    });
    if (this.#newest !== undefined) this.#feed.take(this.#newest);
    this.#problem = undefined;
    await this.#feed.run(signal);
  }

  take(news: LineNews): void {
    if (news.type === 'report') this.#newest = news;
    this.#feed?.take(news);
  }

  state(): FeedState {
    const none = { id: this.#plan.id, connected: false, sent: {}, dropped: {}, stalls: 0, refused: {}, wanted: [] };
    const state = this.#feed?.state() ?? none;
    return this.#problem === undefined ? state : { ...state, problem: this.#problem };
  }

  #report(error: unknown): void {
    this.#problem = messageOf(error);
    const count = this.#throttle.due('failed');
    if (count === undefined) return;
    this.#log.error(
      { code: 'feed_down', url: this.#plan.shown, error: this.#problem, count },
      'a feed cannot be served',
    );
  }
}

const stop = new AbortController();
let feeds: readonly KeptFeed[] | undefined;
let taken = 0;

function start(plans: readonly FeedPlan[]): void {
  const kept = plans.map((plan) => new KeptFeed(plan));
  feeds = kept;
  const report = (): void => send({ type: 'state', feeds: kept.map((feed) => feed.state()), taken });
  const reporting = setInterval(report, STATE_MS);
  void Promise.all(kept.map((feed) => feed.run(stop.signal))).then(() => {
    clearInterval(reporting);
    report();
    process.exit(0);
  });
}

process.on('message', (message: unknown) => {
  if (!isToFeeds(message)) return;
  if (message.type === 'stop') stop.abort();
  else if (message.type === 'plan') {
    if (feeds === undefined) start(message.feeds);
  } else {
    taken += 1;
    for (const feed of feeds ?? []) feed.take(message);
  }
});
// Without the main process there is nothing to tell: what is published says so, and this ends too.
endWithParent(() => stop.abort());
