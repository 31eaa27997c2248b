import { Backoff, isAbort, LogThrottle, messageOf, unlessAbort } from '@lineside/kit';
import type { BrokerSession } from './broker-session.ts';
import { FeedCounts } from './feed-counts.ts';
import type { FeedPlan } from './feed-plan.ts';
import type { Feed, FeedState, FeedTools } from './feed-protocol.ts';
import type { LineReport } from '../line/index.ts';
import type { LineNews } from './line-news.ts';

const FIRST_RETRY_MS = 500;
const MAX_RETRY_MS = 15_000;
const LOOK_MS = 1_000;
/** Without a report for longer, what was published holds no more. */
const REPORT_HOLDS_MS = 5_000;
const LOG_EVERY_MS = 60_000;

/** What a feed over a broker adds: how it connects, and what it does at each turn. */
export interface BrokerTurns {
  /** Connects with its will, and subscribes. */
  open(signal: AbortSignal, wake: () => void): Promise<BrokerSession>;
  /** Publishes what is due; `report` is undefined while none holds. Gives why the connection is to end, or undefined. */
  turn(session: BrokerSession, report: LineReport | undefined): Promise<string | undefined>;
  /** Before the connection is ended in good order. */
  leave(session: BrokerSession): Promise<void>;
  take(news: LineNews): void;
}

/** A feed over a broker: one connection after the other, with back-off, and a turn at each report. */
export class BrokerFeed implements Feed {
  readonly name: string;
  readonly #plan: FeedPlan;
  readonly #tools: FeedTools;
  readonly #turns: BrokerTurns;
  readonly #counts: { readonly sent: FeedCounts; readonly refused: FeedCounts };
  readonly #dropped = new FeedCounts();
  readonly #throttle: LogThrottle;
  #report: { readonly report: LineReport; readonly atMs: number } | undefined;
  #wake = new AbortController();
  #connected = false;
  #problem: string | undefined;

  constructor(
    plan: FeedPlan,
    tools: FeedTools,
    turns: BrokerTurns,
    counts: { readonly sent: FeedCounts; readonly refused: FeedCounts },
  ) {
    this.#plan = plan;
    this.#tools = tools;
    this.#turns = turns;
    this.#counts = counts;
    this.name = `feed ${plan.id}`;
    this.#throttle = new LogThrottle({ everyMs: LOG_EVERY_MS, nowMs: () => tools.clock.monoMs() });
  }

  take(news: LineNews): void {
    if (news.type === 'report') this.#report = { report: news.report, atMs: this.#tools.clock.monoMs() };
    else if (news.type === 'event') {
      if (!this.#connected) this.#dropped.add('events');
      else this.#turns.take(news);
    } else return;
    this.#wake.abort();
  }

  state(): FeedState {
    const { sent, refused } = this.#counts;
    return {
      ...{ id: this.#plan.id, connected: this.#connected, sent: sent.view(), dropped: this.#dropped.view(), stalls: 0 },
      ...{ refused: refused.view(), wanted: [] },
      ...(this.#problem === undefined ? {} : { problem: this.#problem }),
    };
  }

  async run(signal: AbortSignal): Promise<void> {
    const { clock } = this.#tools;
    const backoff = new Backoff({ firstMs: FIRST_RETRY_MS, maxMs: MAX_RETRY_MS, random: Math.random });
    while (!signal.aborted) {
      try {
        await this.#session(signal, () => backoff.reset());
      } catch (error) {
        if (!isAbort(error)) this.#logProblem(error);
      }
      this.#connected = false;
      await clock.sleep(backoff.next(), signal).catch(unlessAbort);
    }
  }

  /** One connection, until it ends or `signal` aborts. */
  async #session(signal: AbortSignal, onUp: () => void): Promise<void> {
    const session = await this.#turns.open(signal, () => this.#wake.abort());
    onUp();
    this.#connected = true;
    this.#problem = undefined;
    const ended = new AbortController();
    let cause: Error | undefined;
    void session.ended.then((error) => {
      cause = error;
      ended.abort();
    });
    const both = AbortSignal.any([signal, ended.signal]);
    let why: string | undefined;
    while (!both.aborted && why === undefined) {
      this.#wake = new AbortController();
      why = await this.#turns.turn(session, this.#holding());
      const woken = AbortSignal.any([both, this.#wake.signal]);
      if (why === undefined) await this.#tools.clock.sleep(LOOK_MS, woken).catch(unlessAbort);
    }
    if (cause !== undefined) throw cause;
    await this.#turns.leave(session);
    await session.close();
    if (why !== undefined) throw new Error(why);
  }

  #holding(): LineReport | undefined {
    const newest = this.#report;
    if (newest === undefined) return undefined;
    return this.#tools.clock.monoMs() - newest.atMs > REPORT_HOLDS_MS ? undefined : newest.report;
  }

  #logProblem(error: unknown): void {
    this.#problem = messageOf(error);
    const count = this.#throttle.due('lost');
    if (count === undefined) return;
    const facts = { code: 'feed_down', url: this.#plan.shown, error: this.#problem, count };
    this.#tools.log.warn(facts, 'no connection to the broker of a feed');
  }
}
