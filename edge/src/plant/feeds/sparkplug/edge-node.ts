import {
  encodePayload,
  type Metric,
  type MessageType,
  type SparkplugPlace,
  topicOf,
} from '../../../sparkplug/index.ts';
import type { LineReport } from '../../line/index.ts';
import { lineDevices, type LineMetric, nodeMetrics } from './line-metrics.ts';

/** A message of the node, in the order in which it has to be sent. */
export interface NodeMessage {
  readonly type: MessageType;
  readonly topic: string;
  readonly payload: Uint8Array;
}

const SEQUENCE = 256;
export const REBIRTH = 'Node Control/Rebirth';

/**
 * One connection of an edge node of Sparkplug B 3.0: births, data by alias, deaths, all with one number that rises by one
 * from message to message (6.4.8). `bdSeq` belongs to the connection: its will and all of its births have it. No I/O.
 */
export class EdgeNode {
  readonly #place: SparkplugPlace;
  readonly #bdSeq: number;
  /** Unique over the node and its devices, and the same at each birth. */
  readonly #aliases = new Map<string, number>();
  /** The newest values of what is born, by device; '' is the node. */
  readonly #born = new Map<string, ReadonlyMap<string, LineMetric>>();
  #seq = 0;

  constructor(place: SparkplugPlace, bdSeq: number) {
    this.#place = place;
    this.#bdSeq = bdSeq;
  }

  get isBorn(): boolean {
    return this.#born.has('');
  }

  /** NDEATH: the will of the connection, and what is published before it is ended. It has no sequence number. */
  death(atMs: number): NodeMessage {
    const metrics = [this.#bdSeqMetric(atMs)];
    return { type: 'NDEATH', topic: this.#topic('NDEATH'), payload: encodePayload({ timestamp: atMs, metrics }) };
  }

  /** NBIRTH and all DBIRTHs, from sequence number 0 on. */
  births(report: LineReport): readonly NodeMessage[] {
    this.#seq = 0;
    this.#born.clear();
    const { atMs } = report;
    const own = nodeMetrics(report);
    // A command has no alias, so that it can be written to by a host that has seen no birth.
    const control: Metric = { name: REBIRTH, timestamp: atMs, type: 'Boolean', value: false };
    const metrics = [this.#bdSeqMetric(atMs), control, ...this.#declared('', own, atMs)];
    const node = this.#message('NBIRTH', undefined, metrics, atMs);
    this.#remember('', own);
    return [node, ...this.#deviceBirths(report)];
  }

  /** What has changed since: births and deaths of devices first, then values. */
  data(report: LineReport): readonly NodeMessage[] {
    const { atMs } = report;
    const devices = lineDevices(report);
    const alive = new Set(devices.flatMap(({ id, alive: is }) => (is ? [id] : [])));
    const dead = [...this.#born.keys()].filter((id) => id !== '' && !alive.has(id));
    const deaths = dead.map((id) => {
      this.#born.delete(id);
      return this.#message('DDEATH', id, [], atMs);
    });
    const births = this.#deviceBirths(report);
    const own = this.#changes('NDATA', '', nodeMetrics(report), atMs);
    return [
      ...deaths,
      ...births,
      ...own,
      ...devices.flatMap((one) => this.#changes('DDATA', one.id, one.metrics, atMs)),
    ];
  }

  #deviceBirths(report: LineReport): readonly NodeMessage[] {
    return lineDevices(report).flatMap(({ id, alive, metrics }) => {
      if (!alive || this.#born.has(id)) return [];
      const message = this.#message('DBIRTH', id, this.#declared(id, metrics, report.atMs), report.atMs);
      this.#remember(id, metrics);
      return [message];
    });
  }

  #changes(type: MessageType, id: string, metrics: readonly LineMetric[], atMs: number): readonly NodeMessage[] {
    const before = this.#born.get(id);
    if (before === undefined) return [];
    const changed = metrics.filter(({ name, value }) => before.get(name)?.value !== value);
    if (changed.length === 0) return [];
    this.#remember(id, metrics);
    const data = changed.map(({ name, type: datatype, value }): Metric => {
      return { alias: this.#alias(id, name), timestamp: atMs, type: datatype, value };
    });
    return [this.#message(type, id === '' ? undefined : id, data, atMs)];
  }

  #remember(id: string, metrics: readonly LineMetric[]): void {
    this.#born.set(id, new Map(metrics.map((metric) => [metric.name, metric])));
  }

  #declared(id: string, metrics: readonly LineMetric[], atMs: number): readonly Metric[] {
    return metrics.map(({ name, type, value }) => ({
      name,
      alias: this.#alias(id, name),
      timestamp: atMs,
      type,
      value,
    }));
  }

  #message(type: MessageType, device: string | undefined, metrics: readonly Metric[], atMs: number): NodeMessage {
    const payload = encodePayload({ timestamp: atMs, metrics, seq: this.#seq });
    this.#seq = (this.#seq + 1) % SEQUENCE;
    return { type, topic: this.#topic(type, device), payload };
  }

  #topic(type: MessageType, device?: string): string {
    return topicOf(type, { ...this.#place, device });
  }

  #bdSeqMetric(atMs: number): Metric {
    return { name: 'bdSeq', timestamp: atMs, type: 'Int64', value: this.#bdSeq };
  }

  #alias(id: string, name: string): number {
    const key = `${id}/${name}`;
    const alias = this.#aliases.get(key) ?? this.#aliases.size;
    this.#aliases.set(key, alias);
    return alias;
  }
}
