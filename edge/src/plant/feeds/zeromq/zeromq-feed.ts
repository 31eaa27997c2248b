import { randomUUID } from 'node:crypto';
import { chmod } from 'node:fs/promises';
import { aborted, messageOf, systemCode } from '@lineside/kit';
import { Context, Reply, XPublisher } from 'zeromq';
import { FeedCounts } from '../feed-counts.ts';
import type { FeedPlan } from '../feed-plan.ts';
import type { Feed, FeedState, FeedTools } from '../feed-protocol.ts';
import type { LineReport } from '../../line/index.ts';
import type { LineNews } from '../line-news.ts';
import { type FeedMessage, messagesOf } from './feed-message.ts';
import { Subscriptions } from './subscriptions.ts';
import { bytesOfZ85 } from './z85.ts';
import { answerZap } from './zap-handler.ts';
import { endpointOf, isReachable, socketPathOf } from './zeromq-address.ts';

const ZAP = 'inproc://zeromq.zap.01';
/** Longest message of a consumer, which is a subscription or a part of the handshake; one that sends more is cut off. */
const MAX_INCOMING = 2_048;
const HEARTBEAT_MS = 5_000;
const HANDSHAKE_MS = 5_000;
/** Messages that wait for the socket, of which only one `send` may be under way. */
const MOST_WAITING = 500;
const OWNER_AND_GROUP = 0o660;

/**
 * Publishes to any number of consumers. One that does not keep up is passed over, and no other is: that is counted here,
 * and the numbers of the messages show the consumer what it lost. One that stops reading altogether is cut off.
 */
export class ZeromqFeed implements Feed {
  readonly name: string;
  readonly #plan: FeedPlan;
  readonly #tools: FeedTools;
  /** Another one at each start, so that consumers do not take the first number for a gap. */
  readonly #run = randomUUID();
  readonly #sequences = new Map<string, number>();
  readonly #sent = new FeedCounts();
  readonly #dropped = new FeedCounts();
  readonly #refused = new FeedCounts();
  readonly #waiting: FeedMessage[] = [];
  #subscriptions = new Subscriptions();
  #socket: XPublisher | undefined;
  #clients = 0;
  #ended = 0;
  #sending = false;
  #stalls = 0;
  #before: LineReport | undefined;

  constructor(plan: FeedPlan, tools: FeedTools) {
    this.#plan = plan;
    this.#tools = tools;
    this.name = `feed ${plan.id}`;
  }

  /** Rejects where the address is taken, and where other machines could reach it without CURVE. */
  async run(signal: AbortSignal): Promise<void> {
    const { url, zeromq, shown } = this.#plan;
    const { secretKey, clients } = zeromq;
    if (isReachable(url) && (secretKey === undefined || clients.length === 0)) {
      throw new Error('other machines can reach its address: zeromq.secretKey and zeromq.clients are needed');
    }
    const context = new Context();
    const zap = secretKey === undefined ? undefined : new Reply({ context, linger: 0 });
    const socket = new XPublisher({
      ...{ context, linger: 0, sendHighWaterMark: zeromq.queue, sendTimeout: 0, noDrop: true },
      ...{ maxMessageSize: MAX_INCOMING, heartbeatInterval: HEARTBEAT_MS, handshakeInterval: HANDSHAKE_MS },
      ...(secretKey === undefined ? {} : { curveServer: true, curveSecretKey: secretKey, zapDomain: this.#plan.id }),
    });
    let answering = Promise.resolve();
    try {
      this.#clients = 0;
      // Those that are refused come and go too: one is counted until its connection ends.
      socket.events.on('accept', () => (this.#clients += 1));
      socket.events.on('disconnect', () => {
        this.#clients -= 1;
        this.#ended += 1;
      });
      await zap?.bind(ZAP);
      if (zap !== undefined) answering = this.#letIn(zap, clients);
      await socket.bind(endpointOf(url));
      const path = socketPathOf(url);
      if (path !== undefined) await chmod(path, OWNER_AND_GROUP);
      this.#subscriptions = new Subscriptions();
      this.#socket = socket;
      this.#tools.log.info({ url: shown }, 'a feed is served');
      const reading = this.#read(socket);
      await aborted(signal);
      socket.close();
      await reading;
    } finally {
      this.#socket = undefined;
      if (!socket.closed) socket.close();
      zap?.close();
      await answering;
    }
  }

  take(news: LineNews): void {
    const messages = messagesOf(news, this.#before);
    if (news.type === 'report') this.#before = news.report;
    for (const message of messages) {
      if (!this.#plan.zeromq.topics.includes(message.kind) || this.#socket === undefined) continue;
      if (this.#waiting.length < MOST_WAITING) this.#waiting.push(message);
      else this.#dropped.add(message.kind);
    }
    if (!this.#sending) void this.#drain();
  }

  state(): FeedState {
    const { id, zeromq } = this.#plan;
    const isOpen = this.#socket !== undefined;
    return {
      ...{ id, connected: isOpen, sent: this.#sent.view(), dropped: this.#dropped.view() },
      ...{ stalls: this.#stalls, refused: this.#refused.view(), clients: isOpen ? this.#clients : 0 },
      ended: this.#ended,
      wanted: isOpen ? this.#subscriptions.wanted.filter((stream) => zeromq.topics.includes(stream)) : [],
    };
  }

  async #letIn(zap: Reply, clients: readonly string[]): Promise<void> {
    await answerZap(zap, clients.map(bytesOfZ85), () => this.#refused.add('unknown_key'));
  }

  async #read(socket: XPublisher): Promise<void> {
    for await (const [subscription] of socket) if (subscription !== undefined) this.#subscriptions.take(subscription);
  }

  /** Never rejects. */
  async #drain(): Promise<void> {
    this.#sending = true;
    for (let next = this.#waiting.shift(); next !== undefined; next = this.#waiting.shift()) {
      try {
        await this.#send(next);
      } catch (error) {
        // The socket was closed meanwhile: what waits is lost, and `run` says why.
        if (this.#socket !== undefined) this.#tools.log.error({ error: messageOf(error) }, 'a feed could not send');
        this.#dropped.add(next.kind);
      }
    }
    this.#sending = false;
  }

  /**
   * First so that nothing is dropped: refused while the queue of a consumer is full. Then with dropping, by which libzmq
   * passes that consumer over until it has read on, and says nothing more of it: a stall is counted once.
   */
  async #send({ kind, topic, body, atMs, jpeg }: FeedMessage): Promise<void> {
    const socket = this.#socket;
    if (socket === undefined) return;
    const seq = (this.#sequences.get(topic) ?? 0) + 1;
    this.#sequences.set(topic, seq);
    const head = { v: 1, device: this.#plan.device, run: this.#run, seq, atMs };
    const parts = [topic, JSON.stringify({ ...head, ...body }), ...(jpeg === undefined ? [] : [jpeg])];
    try {
      await socket.send(parts);
    } catch (error) {
      if (systemCode(error) !== 'EAGAIN') throw error;
      this.#stalls += 1;
      socket.noDrop = false;
      try {
        await socket.send(parts);
      } finally {
        socket.noDrop = true;
      }
    }
    this.#sent.add(kind);
  }
}
