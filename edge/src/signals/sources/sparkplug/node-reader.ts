import { type DataType, type MessageType, type Metric, type Payload, typedValue } from '../../../sparkplug/index.ts';
import type { RawReading } from '../../signal-source.ts';

/** A metric that is wanted of a node, or of a device of it. */
export interface WantedMetric {
  readonly id: string;
  readonly device: string | undefined;
  readonly metric: string;
}

/** What a message means for the signals. */
export interface Meaning {
  /** Signals that are lost, before the readings. */
  readonly lost: readonly string[];
  readonly readings: readonly { readonly id: string; readonly reading: RawReading }[];
  /** The node has to be asked for its birth: what it says cannot be understood. */
  readonly ask?: string;
}

/** What the newest birth says of a wanted metric. */
interface Declared {
  readonly wanted: WantedMetric;
  readonly alias: number | undefined;
  readonly type: DataType | undefined;
}

const SEQUENCE = 256;
const NOTHING: Meaning = { lost: [], readings: [] };
/** Values of the property `Quality` (6.4.18). */
const BAD = 0;
const STALE = 500;

/**
 * One edge node as a host has to read it (Sparkplug B 3.0, chapters 4 and 5): nothing counts before its birth, data is
 * understood by the aliases of the birth, a message that is missing makes everything unknown until the next birth. No I/O.
 */
export class NodeReader {
  readonly #wanted: readonly WantedMetric[];
  #declared: readonly Declared[] = [];
  #born = false;
  #bdSeq: number | undefined;
  #next = 0;

  constructor(wanted: readonly WantedMetric[]) {
    this.#wanted = wanted;
  }

  get isBorn(): boolean {
    return this.#born;
  }

  /** The connection to the broker is lost: what the node said meanwhile is not known. */
  forget(): void {
    this.#born = false;
    this.#declared = [];
  }

  take(type: MessageType, device: string | undefined, payload: Payload): Meaning {
    switch (type) {
      case 'NBIRTH':
        return this.#nodeBirth(payload);
      case 'NDEATH':
        return this.#nodeDeath(payload);
      case 'DBIRTH':
        return this.#inOrder(payload, () => this.#birth(device, payload.metrics));
      case 'DDEATH':
        return this.#inOrder(payload, () => this.#deviceDeath(device));
      case 'NDATA':
      case 'DDATA':
        return this.#inOrder(payload, () => this.#data(device, payload.metrics));
      case 'NCMD':
      case 'DCMD':
        return NOTHING;
    }
  }

  #nodeBirth({ metrics, seq }: Payload): Meaning {
    // 6.4.8: a birth has number 0. Another one is counted from all the same, for it declares everything.
    this.#next = ((seq ?? 0) + 1) % SEQUENCE;
    this.#born = true;
    this.#declared = [];
    this.#bdSeq = bdSeqOf(metrics);
    const { readings } = this.#birth(undefined, metrics);
    return { lost: idsOf(this.#wanted), readings };
  }

  /** A death that belongs to an earlier connection of the node arrives late, and means nothing (6.4.11). */
  #nodeDeath({ metrics }: Payload): Meaning {
    const bdSeq = bdSeqOf(metrics);
    if (this.#bdSeq !== undefined && bdSeq !== undefined && bdSeq !== this.#bdSeq) return NOTHING;
    this.forget();
    return { lost: idsOf(this.#wanted), readings: [] };
  }

  #deviceDeath(device: string | undefined): Meaning {
    this.#declared = this.#declared.filter(({ wanted }) => wanted.device !== device);
    return { lost: idsOf(this.#of(device)), readings: [] };
  }

  /** Numbers rise by one over the node and its devices; after a gap nobody knows what is true. */
  #inOrder({ seq }: Payload, meaning: () => Meaning): Meaning {
    if (!this.#born) return { ...NOTHING, ask: 'not_born' };
    if (seq !== this.#next) {
      this.forget();
      return { lost: idsOf(this.#wanted), readings: [], ask: 'out_of_order' };
    }
    this.#next = (this.#next + 1) % SEQUENCE;
    return meaning();
  }

  #birth(device: string | undefined, metrics: readonly Metric[]): Meaning {
    const wanted = this.#of(device);
    const others = this.#declared.filter((one) => one.wanted.device !== device);
    const declared = wanted.flatMap((one): readonly Declared[] => {
      const metric = metrics.find(({ name }) => name === one.metric);
      return metric === undefined ? [] : [{ wanted: one, alias: metric.alias, type: metric.type }];
    });
    this.#declared = [...others, ...declared];
    const missing = wanted.filter((one) => !declared.some((known) => known.wanted === one));
    const unknown = missing.map(({ id }) => ({ id, reading: { bad: 'unknown_metric' } }));
    return { lost: idsOf(wanted), readings: [...this.#readings(device, metrics), ...unknown] };
  }

  #data(device: string | undefined, metrics: readonly Metric[]): Meaning {
    const wanted = this.#of(device);
    const isDead = wanted.length > 0 && !this.#declared.some((one) => one.wanted.device === device);
    // Data of a device whose birth was not seen; one without wanted metrics concerns nobody.
    if (isDead && device !== undefined) return { ...NOTHING, ask: 'not_born' };
    return { lost: [], readings: this.#readings(device, metrics) };
  }

  #readings(device: string | undefined, metrics: readonly Metric[]): Meaning['readings'] {
    const declared = this.#declared.filter(({ wanted }) => wanted.device === device);
    return metrics.flatMap((metric) =>
      declared.filter((one) => isOf(metric, one)).map(({ wanted, type }) => ({ id: wanted.id, ...read(metric, type) })),
    );
  }

  #of(device: string | undefined): readonly WantedMetric[] {
    return this.#wanted.filter((one) => one.device === device);
  }
}

/** By alias where there is one, else by name. What was buffered while the node was away is not how things are now. */
function isOf({ alias, name, isHistorical }: Metric, declared: Declared): boolean {
  if (isHistorical === true) return false;
  return name === undefined ? alias !== undefined && alias === declared.alias : name === declared.wanted.metric;
}

function read({ value, quality }: Metric, type: DataType | undefined): { readonly reading: RawReading } {
  if (quality === BAD) return { reading: { bad: 'bad_quality' } };
  if (quality === STALE) return { reading: { bad: 'stale_at_source' } };
  if (value === null) return { reading: { bad: 'no_value' } };
  const typed = typedValue(type, value);
  return { reading: typed === undefined ? { bad: 'wrong_type' } : { value: typed } };
}

function bdSeqOf(metrics: readonly Metric[]): number | undefined {
  const value = metrics.find(({ name }) => name === 'bdSeq')?.value;
  return typeof value === 'number' ? value : undefined;
}

function idsOf(wanted: readonly WantedMetric[]): readonly string[] {
  return wanted.map(({ id }) => id);
}
