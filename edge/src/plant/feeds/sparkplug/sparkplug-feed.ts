import { randomUUID } from 'node:crypto';
import {
  decodePayload,
  type HostState,
  MAX_PAYLOAD_BYTES,
  nextHostState,
  parseHostState,
  parseTopic,
  stateTopicOf,
  topicOf,
} from '../../../sparkplug/index.ts';
import { brokerAddress } from '../broker-address.ts';
import { BrokerFeed, type BrokerTurns } from '../broker-feed.ts';
import { BrokerSession } from '../broker-session.ts';
import { FeedCounts } from '../feed-counts.ts';
import type { FeedPlan } from '../feed-plan.ts';
import type { Feed, FeedTools } from '../feed-protocol.ts';
import type { LineReport } from '../../line/index.ts';
import { EdgeNode, type NodeMessage, REBIRTH } from './edge-node.ts';

/** Births are the largest messages: one who asks for them all the time gets them this often. */
const REBIRTH_EVERY_MS = 2_000;
const BD_SEQUENCE = 256;

export function sparkplugFeed(plan: FeedPlan, tools: FeedTools): Feed {
  const counts = { sent: new FeedCounts(), refused: new FeedCounts() };
  return new BrokerFeed(plan, tools, new NodeTurns(plan, tools, counts), counts);
}

/** An edge node over its connections; each has its own `bdSeq`, which the will had first. */
class NodeTurns implements BrokerTurns {
  readonly #plan: FeedPlan;
  readonly #tools: FeedTools;
  readonly #counts: { readonly sent: FeedCounts; readonly refused: FeedCounts };
  readonly #place: { readonly group: string; readonly node: string };
  #bdSeq = -1;
  #node: EdgeNode;
  #host: HostState | undefined;
  #wantsBirths = false;
  #bornAtMs = Number.NEGATIVE_INFINITY;
  #sentReport: LineReport | undefined;

  constructor(plan: FeedPlan, tools: FeedTools, counts: { readonly sent: FeedCounts; readonly refused: FeedCounts }) {
    this.#plan = plan;
    this.#tools = tools;
    this.#counts = counts;
    const { group, node } = plan.sparkplug;
    this.#place = { group, node };
    this.#node = new EdgeNode(this.#place, 0);
  }

  async open(signal: AbortSignal, wake: () => void): Promise<BrokerSession> {
    this.#bdSeq = (this.#bdSeq + 1) % BD_SEQUENCE;
    this.#node = new EdgeNode(this.#place, this.#bdSeq);
    this.#host = undefined;
    this.#wantsBirths = false;
    this.#bornAtMs = Number.NEGATIVE_INFINITY;
    const session = await BrokerSession.open(
      {
        address: brokerAddress(this.#plan.url, 'sparkplug+'),
        clientId: `lineside-${randomUUID().slice(0, 12)}`,
        will: publication(this.#node.death(this.#tools.clock.wallMs()), 1),
        onMessage: (topic, payload) => {
          if (this.#take(topic, payload)) wake();
        },
      },
      signal,
    );
    const { primaryHost } = this.#plan.sparkplug;
    // Before the birth: a command that follows it must not be missed (6.4.3).
    const state = primaryHost === undefined ? [] : [stateTopicOf(primaryHost)];
    const commands = [topicOf('NCMD', this.#place), topicOf('DCMD', { ...this.#place, device: '+' })];
    await session.subscribe([...commands, ...state]);
    return session;
  }

  async turn(session: BrokerSession, report: LineReport | undefined): Promise<string | undefined> {
    const isAllowed = this.#plan.sparkplug.primaryHost === undefined || this.#host?.online === true;
    if (this.#node.isBorn && !isAllowed) return 'the primary host is offline';
    if (this.#node.isBorn && report === undefined) return 'nothing is known of the line';
    if (!isAllowed || report === undefined) return undefined;
    const nowMs = this.#tools.clock.monoMs();
    const isDue = this.#wantsBirths && nowMs - this.#bornAtMs >= REBIRTH_EVERY_MS;
    if (!this.#node.isBorn || isDue) {
      this.#wantsBirths = false;
      this.#bornAtMs = nowMs;
      await this.#publish(session, this.#node.births(report));
    } else if (report !== this.#sentReport) await this.#publish(session, this.#node.data(report));
    this.#sentReport = report;
    return undefined;
  }

  /** MQTT 3.1.1 keeps the will to itself at a DISCONNECT, so the death is published before (5.8). */
  async leave(session: BrokerSession): Promise<void> {
    if (this.#node.isBorn) await session.publish(publication(this.#node.death(this.#tools.clock.wallMs()), 1));
  }

  /** Events are counted by the next report. */
  take(): void {}

  async #publish(session: BrokerSession, messages: readonly NodeMessage[]): Promise<void> {
    for (const message of messages) {
      await session.publish(publication(message, 0));
      this.#counts.sent.add(message.type);
    }
  }

  /** True where something is due. The only command is the one that every node has: nothing else can be written. */
  #take(topic: string, payload: Uint8Array): boolean {
    const { primaryHost } = this.#plan.sparkplug;
    if (primaryHost !== undefined && topic === stateTopicOf(primaryHost)) {
      const state = parseHostState(payload);
      if (state === undefined) this.#counts.refused.add('wrong_state');
      else this.#host = nextHostState(this.#host, state);
      return state !== undefined;
    }
    if (parseTopic(topic)?.type !== 'NCMD') return this.#refuse('command_unknown');
    if (payload.length > MAX_PAYLOAD_BYTES) return this.#refuse('too_large');
    const decoded = decodePayload(payload);
    if ('problem' in decoded) return this.#refuse(decoded.problem);
    const asks = decoded.metrics.some(({ name, value }) => name === REBIRTH && value === true);
    if (!asks) return this.#refuse('command_unknown');
    this.#wantsBirths = true;
    return true;
  }

  #refuse(reason: string): false {
    this.#counts.refused.add(reason);
    return false;
  }
}

function publication({ topic, payload }: NodeMessage, qos: 0 | 1) {
  return { topic, payload, qos, retain: false } as const;
}
