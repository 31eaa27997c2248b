import mqtt, { type MqttClient } from 'mqtt';
import {
  Batch,
  canonicalJson,
  chainNext,
  chainStart,
  decode,
  encode,
  mergeRanges,
  parseTopic,
  type SeqRange,
  type Stream,
  TombstoneBody,
  filterOf,
  topicOf,
  WireRecord,
} from '../../cloud-sync/protocol/src/index.ts';

export interface Faults {
  /** Commits without an acknowledgement. */
  loseAck: (batch: Batch) => boolean;
  /** Neither commits nor acks. */
  loseBatch: (batch: Batch) => boolean;
}

/**
 * A small collector for tests: keeps in memory what it "committed", acks after that, and has faults to be switched on.
 * `stored` outlives `stop`, as a database does.
 */
export class FakeCollector implements AsyncDisposable {
  /** By `device/epoch/stream`: number to canonical JSON. */
  readonly stored = new Map<string, Map<number, string>>();
  readonly declared = new Map<string, SeqRange[]>();
  /** Payload of every batch, as it came. */
  readonly batches: Batch[] = [];
  readonly states: { readonly device: string; readonly online: boolean; readonly session: string }[] = [];
  /** Times that a number came again, and times that a chain did not fit. */
  duplicates = 0;
  broken = 0;
  faults: Faults = { loseAck: () => false, loseBatch: () => false };
  mediaUrl: string | undefined;
  /** Encodings of batches that it accepts; set before `start`. */
  accepts: string[] | undefined;
  /** Bytes of every batch as it came over the wire. */
  readonly payloads: Buffer[] = [];
  readonly #url: string;
  #client: MqttClient | undefined;
  #starts = 0;

  constructor(url: string) {
    this.#url = url;
  }

  async start(): Promise<void> {
    this.#starts += 1;
    const client = await mqtt.connectAsync(this.#url, {
      protocolVersion: 5,
      clientId: `fake-collector-${this.#starts}`,
      clean: true,
      reconnectPeriod: 50,
      will: { topic: topicOf('collectorState'), payload: this.#state(false), qos: 1, retain: true },
    });
    this.#client = client;
    client.on('message', (topic, payload) => this.#receive(topic, payload));
    client.on('error', () => undefined);
    const announce = async (): Promise<void> => {
      await client.subscribeAsync([filterOf('up'), filterOf('state')], { qos: 1 });
      await client.publishAsync(topicOf('collectorState'), this.#state(true), { qos: 1, retain: true });
    };
    client.on('connect', () => void announce().catch(() => undefined));
    await announce();
  }

  /** Disconnects without notice; the broker publishes its will. */
  async die(): Promise<void> {
    const client = this.#client;
    this.#client = undefined;
    client?.stream.destroy();
    await client?.endAsync(true);
  }

  /** Sends anything at all down to a device. */
  async send(topic: string, payload: unknown): Promise<void> {
    const bytes = typeof payload === 'string' ? payload : encode(payload);
    await this.#client?.publishAsync(topic, bytes, { qos: 1 });
  }

  /** Numbers that are stored of a stream, over all epochs of the device. */
  numbers(device: string, stream: Stream): readonly number[] {
    const keys = [...this.stored.keys()].filter((key) => key.startsWith(`${device}/`) && key.endsWith(`/${stream}`));
    return keys.flatMap((key) => [...(this.stored.get(key)?.keys() ?? [])]).toSorted((a, b) => a - b);
  }

  readonly #hashes = new Map<string, string>();

  async [Symbol.asyncDispose](): Promise<void> {
    await this.die();
  }

  #receive(topic: string, payload: Buffer): void {
    const parsed = parseTopic(topic);
    if (parsed?.kind === 'state') {
      const state = JSON.parse(payload.toString()) as { online: boolean; session: string };
      this.states.push({ device: parsed.device, ...state });
    }
    if (parsed?.kind !== 'up') return;
    const batch = decode(Batch, payload);
    this.batches.push(batch);
    this.payloads.push(payload);
    if (this.faults.loseBatch(batch)) return;
    this.#commit(batch);
    if (!this.faults.loseAck(batch)) this.#ack(batch);
  }

  #commit(batch: Batch): void {
    const key = `${batch.dev}/${batch.epoch}/${batch.stream}`;
    const rows = this.stored.get(key) ?? new Map<number, string>();
    this.stored.set(key, rows);
    let hash = batch.prev;
    for (const record of batch.ev) {
      const json = canonicalJson(record);
      hash = chainNext(hash, json);
      if (rows.has(record.s)) this.duplicates += 1;
      rows.set(record.s, json);
      this.#hashes.set(`${key}/${record.s}`, hash);
      if (record.k !== 'tombstone') continue;
      const { from, to, head } = TombstoneBody.parse(WireRecord.parse(record).b);
      this.#hashes.set(`${key}/${to}`, head);
      this.declared.set(key, [...(this.declared.get(key) ?? []), [from, to]]);
    }
    if (hash !== batch.head) this.broken += 1;
  }

  #ack({ dev, epoch, stream }: Batch): void {
    const key = `${dev}/${epoch}/${stream}`;
    const numbers = [...(this.stored.get(key)?.keys() ?? [])].map((n): SeqRange => [n, n]);
    const ranges = mergeRanges([...numbers, ...(this.declared.get(key) ?? [])]);
    const [first, ...rest] = ranges;
    const upto = first?.[0] === 1 ? first[1] : 0;
    const sack = upto === 0 ? ranges : rest;
    const head = upto === 0 ? chainStart(dev, epoch, stream) : this.#hashes.get(`${key}/${upto}`);
    void this.send(topicOf('ack', { device: dev }), { v: 1, epoch, stream, upto, sack, srvTs: Date.now(), head });
  }

  /** Chain hash after a stored number, as an acknowledgement must carry it. */
  hashAfter(device: string, epoch: string, stream: Stream, seq: number): string | undefined {
    return this.#hashes.get(`${device}/${epoch}/${stream}/${seq}`);
  }

  #state(online: boolean): Buffer {
    const media = this.mediaUrl === undefined || !online ? {} : { mediaUrl: this.mediaUrl };
    const accepts = this.accepts === undefined || !online ? {} : { accepts: this.accepts };
    return Buffer.from(
      JSON.stringify({ v: 1, online, session: `c${this.#starts}`, t: Date.now(), ...media, ...accepts }),
    );
  }
}
