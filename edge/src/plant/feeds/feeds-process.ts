import { type Clock, entryBeside, KeptProcess, type Logger, type Service } from '@lineside/kit';
import { FeedCounts } from './feed-counts.ts';
import type { FeedCommand, FeedPlan, FeedTopic } from './feed-plan.ts';
import type { FeedState } from './feed-protocol.ts';
import type { LineNews, StreamName } from './line-news.ts';
import { isFromFeeds, type ToFeeds } from './messages.ts';

const RESTART_MS = 2_000;
const LOOK_MS = 1_000;
/** A process that reports nothing for longer hangs. */
const SILENT_MS = 15_000;
const START_MS = 15_000;
const GRACE_MS = 3_000;
/** Messages that the process has not worked off: streams are left out from the first number on, events from the second. */
const STREAMS_WAIT = 200;
const EVENTS_WAIT = 1_000;
/** zeromq warns each time that an option is set on an open socket; this one does take effect at once. */
const QUIET = '--disable-warning=Warning';
const STOP: ToFeeds = { type: 'stop' };
/** By which name what is left out is counted: that of the topic in which a consumer misses it. */
const TOPIC_OF: Readonly<Record<LineNews['type'], FeedTopic>> = {
  ...{ report: 'health', event: 'events', tracks: 'tracks', detections: 'detections', picture: 'frames' },
};

export interface FeedsProcessOptions {
  /** Asked for at each start. */
  readonly plans: () => readonly FeedPlan[];
  readonly onCommand: (feed: string, command: FeedCommand, value: string) => void;
  readonly clock: Clock;
  readonly log: Logger;
}

/** The process of the feeds, started again when it ends or hangs. Nothing here waits for it, and what waits is bounded. */
export class FeedsProcess implements Service {
  readonly name = 'feeds';
  readonly #options: FeedsProcessOptions;
  readonly #process: KeptProcess;
  #states: readonly FeedState[] = [];
  #sent = 0;
  #taken = 0;
  readonly #leftOut = new FeedCounts();

  constructor(options: FeedsProcessOptions) {
    this.#options = options;
    this.#process = new KeptProcess({
      ...{ name: this.name, entry: entryBeside(import.meta.url, 'main'), flags: [QUIET], stop: STOP },
      ...{ beatMs: LOOK_MS, silentMs: SILENT_MS, startMs: START_MS, graceMs: GRACE_MS, restartMs: RESTART_MS },
      clock: options.clock,
      first: () => this.#start(),
      onMessage: (message) => this.#take(message),
      onEnd: (reason) => this.#ended(reason),
    });
  }

  /** What was reported last. */
  get states(): readonly FeedState[] {
    return this.#states;
  }

  get restarts(): number {
    return this.#process.restarts;
  }

  /** Messages that no feed got because the process did not keep up, by topic. They only rise, also when it is started again. */
  get leftOut(): Readonly<Record<string, number>> {
    return this.#leftOut.view();
  }

  /** True while somebody reads this stream. */
  wants(stream: StreamName): boolean {
    return this.#states.some(({ wanted }) => wanted.includes(stream));
  }

  /** Returns at once. What the process cannot work off is left out and counted; a later report has the newest state. */
  tell(news: LineNews): void {
    if (!this.#process.isRunning) return;
    const waiting = this.#sent - this.#taken;
    if (waiting > (news.type === 'event' ? EVENTS_WAIT : STREAMS_WAIT)) {
      this.#leftOut.add(TOPIC_OF[news.type]);
      return;
    }
    this.#sent += 1;
    this.#process.send(news);
  }

  async run(signal: AbortSignal): Promise<void> {
    await this.#process.run(signal);
  }

  #start(): ToFeeds {
    [this.#sent, this.#taken] = [0, 0];
    return { type: 'plan', feeds: this.#options.plans() };
  }

  #ended(reason: string | undefined): void {
    this.#states = this.#states.map(({ clients, ...state }) => ({
      ...{ ...state, connected: false, wanted: [] },
      ...(clients === undefined ? {} : { clients: 0 }),
    }));
    if (reason === undefined) return;
    this.#options.log.error({ code: 'feeds_down', reason }, 'the process of the feeds ended and is started again');
  }

  #take(message: unknown): void {
    const { log, onCommand } = this.#options;
    if (!isFromFeeds(message)) return;
    switch (message.type) {
      case 'state':
        this.#states = message.feeds;
        this.#taken = message.taken;
        break;
      case 'command':
        onCommand(message.feed, message.command, message.value);
        break;
      case 'log':
        log[message.level](message.facts, message.message);
        break;
    }
  }
}
