import {
  AttributeIds,
  type ClientMonitoredItem,
  type ClientSession,
  type ClientSubscription,
  type DataValue,
  TimestampsToReturn,
} from 'node-opcua-client';
import { messageOf } from '@lineside/kit';
import type { PointReading, PointReport } from '../point-protocol.ts';
import { readingOf } from './values.ts';

/** A node to be watched, or why it cannot be. */
export type Found = { readonly nodeId: string } | { readonly bad: string };

export interface WatchParts {
  readonly report: PointReport;
  /** The server says nothing any more. */
  readonly onEnd: (why: string) => void;
  readonly onNote: (facts: object, message: string) => void;
}

/** The server is to give a sign of life so often, also when nothing changes. */
const SIGN_MS = 1_000;
/** So many signs may be missing. */
const MISSED_SIGNS = 3;
const LOOK_MS = 250;
/** Nodes that are not there are looked for again after so long: a server may load its program while it runs. */
const AGAIN_MS = 10_000;
/** Changes between two publications that are kept. */
const QUEUE = 10;
/** How long the server keeps the subscription without us. */
const LIFETIME_MS = 30_000;
const NOT_THERE = ['BadNodeIdUnknown', 'BadNodeIdInvalid', 'BadAttributeIdInvalid'];

/**
 * A subscription to nodes. That the connection is open proves nothing: a server that hangs keeps it open. So what counts
 * is that the server publishes, if only to say that nothing has changed.
 */
export class NodeWatch {
  readonly #session: ClientSession;
  readonly #nodes: readonly (Found & { readonly everyMs: number })[];
  readonly #parts: WatchParts;
  readonly #items = new Map<number, ClientMonitoredItem>();
  readonly #missing = new Set<number>();
  #subscription: ClientSubscription | undefined;
  #timers: readonly NodeJS.Timeout[] = [];
  #heardMs = 0;

  constructor(session: ClientSession, nodes: readonly (Found & { readonly everyMs: number })[], parts: WatchParts) {
    this.#session = session;
    this.#nodes = nodes;
    this.#parts = parts;
  }

  /** Resolves when every node is watched, or reported as bad. */
  async start(): Promise<void> {
    const publishMs = Math.min(...this.#nodes.map(({ everyMs }) => everyMs), SIGN_MS);
    const subscription = await this.#session.createSubscription2({
      requestedPublishingInterval: publishMs,
      requestedMaxKeepAliveCount: Math.max(1, Math.round(SIGN_MS / publishMs)),
      requestedLifetimeCount: Math.max(3, Math.round(LIFETIME_MS / publishMs)),
      ...{ maxNotificationsPerPublish: 1_000, publishingEnabled: true, priority: 1 },
    });
    this.#subscription = subscription;
    const signMs = subscription.publishingInterval * subscription.maxKeepAliveCount;
    this.#note(publishMs, subscription.publishingInterval, signMs);
    subscription.on('keepalive', () => this.#heard());
    subscription.on('received_notifications', () => this.#heard());
    subscription.on('terminated', () => this.#parts.onEnd('the server ended the subscription'));
    this.#heard();
    this.#timers = [
      setInterval(() => this.#look(Math.max(signMs, SIGN_MS) * MISSED_SIGNS), LOOK_MS),
      setInterval(() => void this.#lookAgain(), AGAIN_MS),
    ];
    await Promise.all(this.#nodes.map((_node, index) => this.#monitor(index)));
  }

  stop(): void {
    for (const timer of this.#timers) clearInterval(timer);
    this.#subscription?.removeAllListeners('terminated');
  }

  #heard(): void {
    this.#heardMs = performance.now();
    this.#parts.report.alive();
  }

  #look(silentMs: number): void {
    if (performance.now() - this.#heardMs < silentMs) return;
    this.#parts.onEnd(`it has published nothing for ${Math.round(silentMs / 1000)} s, though the connection is open`);
  }

  /** A node that is not there is bad, and disturbs no other. */
  async #monitor(index: number): Promise<void> {
    const node = this.#nodes[index];
    if (node === undefined || this.#subscription === undefined) return;
    if ('bad' in node) {
      this.#take(index, node);
      return;
    }
    const { nodeId, everyMs } = node;
    try {
      const item = await this.#subscription.monitor(
        { nodeId, attributeId: AttributeIds.Value },
        { samplingInterval: everyMs, queueSize: QUEUE, discardOldest: true },
        TimestampsToReturn.Both,
      );
      if (!item.statusCode.isGood()) {
        this.#take(index, { bad: item.statusCode.name });
        return;
      }
      this.#items.set(index, item);
      item.on('changed', (value: DataValue) => {
        if (this.#items.get(index) === item) this.#take(index, readingOf(value));
      });
      item.on('err', (message: string) => this.#take(index, { bad: nameIn(message) }));
    } catch (error) {
      this.#take(index, { bad: nameIn(messageOf(error)) });
    }
  }

  #take(index: number, reading: PointReading): void {
    if ('bad' in reading && NOT_THERE.includes(reading.bad)) this.#missing.add(index);
    else this.#missing.delete(index);
    this.#parts.report.changed(index, reading);
  }

  async #lookAgain(): Promise<void> {
    for (const index of [...this.#missing]) {
      const before = this.#items.get(index);
      this.#items.delete(index);
      if (before !== undefined) await before.terminate().catch((error: unknown) => this.#failed(error));
      await this.#monitor(index);
    }
  }

  #failed(error: unknown): void {
    this.#parts.onNote({ error: messageOf(error) }, 'a node that is not there could not be let go');
  }

  #note(wantedMs: number, publishMs: number, signMs: number): void {
    if (publishMs <= wantedMs && signMs <= 2 * SIGN_MS) return;
    const facts = { wantedMs, publishMs, signMs };
    this.#parts.onNote(facts, 'the OPC UA server publishes more rarely than it was asked to');
  }
}

function nameIn(message: string): string {
  return /\bBad[A-Z]\w+/.exec(message)?.[0] ?? 'not_watched';
}
