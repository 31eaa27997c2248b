import type { BucketCounts } from '@lineside/kit';
import { Histogram, type Registry } from 'prom-client';

type Samples = Awaited<ReturnType<Histogram['get']>>;
type Labels = Readonly<Record<string, string>>;

export interface KeptHistogramOptions {
  readonly name: string;
  readonly help: string;
  readonly labelNames: readonly string[];
  readonly registers: Registry[];
}

/** A histogram whose counts are kept elsewhere, in milliseconds: prom-client's own counts single observations. */
export class KeptHistogram extends Histogram {
  readonly #name: string;
  readonly #help: string;
  #values: Samples['values'] = [];

  constructor({ name, help, labelNames, registers }: KeptHistogramOptions) {
    super({ name, help, labelNames: [...labelNames], registers });
    this.#name = name;
    this.#help = help;
  }

  /** Takes the counts of one set of labels, until the next reset. */
  set(labels: Labels, { buckets, sum, count }: BucketCounts): void {
    const add = (suffix: string, value: number, more: Labels = {}): void => {
      this.#values.push({
        metricName: `${this.#name}_${suffix}`,
        labels: { ...labels, ...more },
        value,
      });
    };
    for (const { upTo, count: below } of buckets) add('bucket', below, { le: String(upTo / 1000) });
    add('bucket', count, { le: '+Inf' });
    add('sum', sum / 1000);
    add('count', count);
  }

  override reset(): void {
    super.reset();
    // The constructor of prom-client resets before this class has its fields.
    if (#values in this) this.#values = [];
  }

  /** What prom-client makes the text and the JSON of. */
  async getForPromString(): Promise<Omit<Samples, 'collect' | 'type'> & { type: 'histogram' }> {
    return { name: this.#name, help: this.#help, type: 'histogram', aggregator: 'sum', values: this.#values };
  }
}
