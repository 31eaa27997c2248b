import { setTimeout as delay } from 'node:timers/promises';
import { connectAsync, type MqttClient } from 'mqtt';
import type { SignalChange } from '../plant/index.ts';
import { BOOLEAN, DOUBLE, INT64, STRING, writePayload, type WrittenMetric } from './payload-writer.ts';

/**
 * `dead`: cut from the broker, which publishes its will. `no_birth`: it does not answer to requests for its birth.
 * `garbage`: its payloads are none. `stale`: it declares its values stale. `bad`: of bad quality.
 */
export type SparkplugFault = 'dead' | 'no_birth' | 'garbage' | 'stale' | 'bad';

interface Metric {
  readonly alias: number;
  readonly type: number;
  value: number | boolean | string | null;
}

const RETRY_MS = 200;
const SEQUENCE = 256;
const BAD_QUALITY = 0;
const STALE_QUALITY = 500;
const GARBAGE = Buffer.from('ffffffff', 'hex');
/** The device of the node that has the signals. */
export const DEVICE = 'plant';

/** The simulated plant as an edge node of Sparkplug B, whose device `plant` has a metric for each signal. */
export class SparkplugLine {
  readonly #url: string;
  readonly #group: string;
  readonly #node: string;
  readonly #metrics = new Map<string, Metric>();
  #client: MqttClient | undefined;
  #fault: SparkplugFault | undefined;
  #bdSeq = -1;
  #seq = 0;

  /** `url`: of the broker. */
  constructor(url: string, group: string, node: string) {
    this.#url = url;
    this.#group = group;
    this.#node = node;
  }

  /** From now on, until it is set again. */
  set fault(fault: SparkplugFault | undefined) {
    this.#fault = fault;
    if (fault === 'dead') this.#client?.stream.destroy();
    else if (fault === 'stale' || fault === 'bad') for (const name of this.#metrics.keys()) this.#send(name);
    else if (fault === undefined) this.#births();
  }

  /** The next message has a number that is not its turn, as after one that was lost. */
  skip(): void {
    this.#seq = (this.#seq + 1) % SEQUENCE;
  }

  /** A signal of the plant that changed, in the way of `signal`. */
  publish({ signal, value, bad }: Pick<SignalChange, 'signal'> & Partial<Pick<SignalChange, 'value' | 'bad'>>): void {
    this.set(signal, bad === undefined ? (value ?? null) : null);
  }

  /** One metric; a new one makes the device be born again. `null`: the source knows no value. */
  set(name: string, value: number | boolean | string | null): void {
    const known = this.#metrics.get(name);
    if (known !== undefined) {
      known.value = value;
      this.#send(name);
      return;
    }
    const type = typeof value === 'number' ? DOUBLE : typeof value === 'boolean' ? BOOLEAN : STRING;
    this.#metrics.set(name, { alias: this.#metrics.size + 1, type, value });
    this.#deviceBirth();
  }

  /** Stays at the broker until the signal aborts, and comes back when it is cut off. */
  async run(signal: AbortSignal): Promise<void> {
    while (!signal.aborted) {
      if (this.#fault !== 'dead') await this.#session(signal).catch(() => undefined);
      await delay(RETRY_MS, undefined, { signal }).catch((error: unknown) => {
        if (!signal.aborted) throw error;
      });
    }
  }

  /** One connection. Rejects where there is no broker. */
  async #session(signal: AbortSignal): Promise<void> {
    this.#bdSeq = (this.#bdSeq + 1) % SEQUENCE;
    const client = await connectAsync(this.#url, {
      ...{ protocolVersion: 4, reconnectPeriod: 0, queueQoSZero: false, clean: true },
      will: { topic: this.#topic('NDEATH'), payload: this.#death(), qos: 1, retain: false },
    });
    client.on('error', () => undefined);
    client.on('message', () => {
      if (this.#fault !== 'no_birth') this.#births();
    });
    const closed = new Promise<void>((resolve) => client.on('close', () => resolve()));
    const stop = (): void => void client.stream.destroy();
    signal.addEventListener('abort', stop, { once: true });
    try {
      await client.subscribeAsync(this.#topic('NCMD'), { qos: 1 });
      this.#client = client;
      if (this.#fault !== 'no_birth') this.#births();
      await closed;
    } finally {
      this.#client = undefined;
      signal.removeEventListener('abort', stop);
      client.end(true);
    }
  }

  #births(): void {
    this.#seq = 0;
    const control = { name: 'Node Control/Rebirth', type: BOOLEAN, value: false };
    this.#publish('NBIRTH', undefined, [this.#bdSeqMetric(), control]);
    this.#deviceBirth();
  }

  #deviceBirth(): void {
    if (this.#metrics.size === 0) return;
    const metrics = [...this.#metrics].map(([name, metric]) => ({ name, ...metric, ...this.#quality() }));
    this.#publish('DBIRTH', DEVICE, metrics);
  }

  #send(name: string): void {
    const metric = this.#metrics.get(name);
    if (metric !== undefined) this.#publish('DDATA', DEVICE, [{ ...metric, ...this.#quality() }]);
  }

  #quality(): { readonly quality?: number } {
    if (this.#fault === 'bad') return { quality: BAD_QUALITY };
    return this.#fault === 'stale' ? { quality: STALE_QUALITY } : {};
  }

  #publish(type: string, device: string | undefined, metrics: readonly WrittenMetric[]): void {
    if (this.#client === undefined || !this.#client.connected) return;
    const payload = this.#fault === 'garbage' ? GARBAGE : writePayload(Date.now(), metrics, this.#seq);
    this.#seq = (this.#seq + 1) % SEQUENCE;
    this.#client.publish(this.#topic(type, device), payload, { qos: 0 });
  }

  #death(): Buffer {
    return writePayload(Date.now(), [this.#bdSeqMetric()], undefined);
  }

  #bdSeqMetric(): WrittenMetric {
    return { name: 'bdSeq', type: INT64, value: this.#bdSeq };
  }

  #topic(type: string, device?: string): string {
    return ['spBv1.0', this.#group, type, this.#node, ...(device === undefined ? [] : [device])].join('/');
  }
}
