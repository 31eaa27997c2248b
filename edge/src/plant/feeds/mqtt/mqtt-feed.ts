import { randomUUID } from 'node:crypto';
import { brokerAddress } from '../broker-address.ts';
import { BrokerFeed, type BrokerTurns } from '../broker-feed.ts';
import { BrokerSession } from '../broker-session.ts';
import { FeedCounts } from '../feed-counts.ts';
import type { FeedPlan } from '../feed-plan.ts';
import type { Feed, FeedTools } from '../feed-protocol.ts';
import type { LineReport } from '../../line/index.ts';
import type { EventNews, LineNews } from '../line-news.ts';
import { readCommand } from './command.ts';
import { discovery, discoveryTopic } from './home-assistant.ts';
import { AVAILABILITY, OFFLINE, ONLINE, stateTopics } from './state-topics.ts';

/** A state that stays is published again after this, with a new date. */
const REPEAT_MS = 30_000;
const EVENTS_WAITING = 200;
const COMMANDS_PER_S = 5;

interface Published {
  readonly text: string;
  readonly atMs: number;
}

export function mqttFeed(plan: FeedPlan, tools: FeedTools): Feed {
  const counts = { sent: new FeedCounts(), refused: new FeedCounts() };
  return new BrokerFeed(plan, tools, new StateTurns(plan, tools, counts), counts);
}

/** Retained, dated states; events as they happen, never retained; a will that takes the states back. */
class StateTurns implements BrokerTurns {
  readonly #plan: FeedPlan;
  readonly #tools: FeedTools;
  readonly #counts: { readonly sent: FeedCounts; readonly refused: FeedCounts };
  readonly #events: EventNews[] = [];
  /** What is at the broker, by topic. */
  readonly #published = new Map<string, Published>();
  #isOnline = false;
  #commands = { sinceMs: 0, count: 0 };

  constructor(plan: FeedPlan, tools: FeedTools, counts: { readonly sent: FeedCounts; readonly refused: FeedCounts }) {
    this.#plan = plan;
    this.#tools = tools;
    this.#counts = counts;
  }

  get #topic(): string {
    return this.#plan.mqtt.topic;
  }

  async open(signal: AbortSignal, wake: () => void): Promise<BrokerSession> {
    const { commands, homeAssistant } = this.#plan.mqtt;
    this.#published.clear();
    this.#events.length = 0;
    this.#isOnline = false;
    const session = await BrokerSession.open(
      {
        address: brokerAddress(this.#plan.url),
        clientId: `lineside-${randomUUID().slice(0, 12)}`,
        will: this.#availability(OFFLINE),
        onMessage: (topic, payload, retained) => {
          this.#take(topic, payload, retained);
          wake();
        },
      },
      signal,
    );
    const wanted = [
      ...commands.map((command) => `${this.#topic}/command/${command}`),
      ...(homeAssistant === undefined ? [] : [`${homeAssistant}/status`]),
    ];
    if (wanted.length > 0) await session.subscribe(wanted);
    return session;
  }

  async turn(session: BrokerSession, report: LineReport | undefined): Promise<string | undefined> {
    if (report === undefined) {
      if (this.#isOnline) await session.publish(this.#availability(OFFLINE));
      this.#isOnline = false;
      return undefined;
    }
    await this.#announce(session, report);
    for (const { name, body } of stateTopics(report)) {
      await this.#publishState(session, `${this.#topic}/${name}`, name.split('/')[0] ?? name, body, report.atMs);
    }
    // After the states, so that nobody takes those of before for valid.
    if (!this.#isOnline) await session.publish(this.#availability(ONLINE));
    this.#isOnline = true;
    for (let event = this.#events.shift(); event !== undefined; event = this.#events.shift()) {
      const payload = JSON.stringify({ v: 1, device: this.#plan.device, ...event });
      await session.publish({ topic: `${this.#topic}/events`, payload, qos: 1, retain: false });
      this.#counts.sent.add('events');
    }
    return undefined;
  }

  async leave(session: BrokerSession): Promise<void> {
    await session.publish(this.#availability(OFFLINE));
  }

  take(news: LineNews): void {
    if (news.type !== 'event') return;
    if (this.#events.length < EVENTS_WAITING) this.#events.push(news.event);
    else this.#counts.refused.add('too_many_events');
  }

  /** Again when the cameras or outputs are others, and when Home Assistant has started. */
  async #announce(session: BrokerSession, report: LineReport): Promise<void> {
    const { homeAssistant } = this.#plan.mqtt;
    if (homeAssistant === undefined) return;
    const topic = discoveryTopic(homeAssistant, this.#plan.device);
    const text = JSON.stringify(discovery(report, this.#topic));
    if (this.#published.get(topic)?.text === text) return;
    await session.publish({ topic, payload: text, qos: 1, retain: true });
    this.#published.set(topic, { text, atMs: report.atMs });
    this.#counts.sent.add('discovery');
  }

  async #publishState(session: BrokerSession, topic: string, kind: string, body: object, atMs: number): Promise<void> {
    const text = JSON.stringify(body);
    const nowMs = this.#tools.clock.monoMs();
    const before = this.#published.get(topic);
    if (before?.text === text && nowMs - before.atMs < REPEAT_MS) return;
    await session.publish({ topic, payload: JSON.stringify({ v: 1, atMs, ...body }), qos: 0, retain: true });
    this.#published.set(topic, { text, atMs: nowMs });
    this.#counts.sent.add(kind);
  }

  #take(topic: string, payload: Uint8Array, retained: boolean): void {
    const { commands, homeAssistant } = this.#plan.mqtt;
    if (topic === `${homeAssistant ?? ''}/status`) {
      // Home Assistant has started: everything again, so that it need not wait for the next change.
      if (!retained && Buffer.from(payload).toString('latin1') === ONLINE) this.#published.clear();
      return;
    }
    const read = readCommand(topic.slice(`${this.#topic}/command/`.length), payload, retained, commands);
    if ('refused' in read) this.#counts.refused.add(read.refused);
    else if (!this.#isInTime()) this.#counts.refused.add('too_many');
    else this.#tools.onCommand(read.command, read.value);
  }

  #isInTime(): boolean {
    const nowMs = this.#tools.clock.monoMs();
    const { sinceMs, count } = this.#commands;
    const isNew = nowMs - sinceMs >= 1_000;
    this.#commands = isNew ? { sinceMs: nowMs, count: 1 } : { sinceMs, count: count + 1 };
    return this.#commands.count <= COMMANDS_PER_S;
  }

  #availability(payload: string) {
    return { topic: `${this.#topic}/${AVAILABILITY}`, payload, qos: 1, retain: true } as const;
  }
}
