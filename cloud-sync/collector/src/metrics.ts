import type { Stream } from '@lineside/protocol';
import { collectDefaultMetrics, Counter, Gauge, Histogram, Registry } from 'prom-client';
import type { IngestCounters, MalformedReason, UnreadReason } from './ingest/index.ts';
import type { MediaResult } from './http/index.ts';
import type { BatchOutcome } from './store/index.ts';

/** Gauges are read when somebody asks for them. */
export interface GaugeSources {
  readonly devicesOnline: () => number;
  readonly gapsOpen: () => number;
  readonly queued: () => number;
  readonly brokerConnected: () => boolean;
  readonly brokerRestarts: () => number;
}

/** What the process counts, in a registry of its own. */
export class CollectorMetrics implements IngestCounters {
  readonly registry = new Registry();
  readonly #batches = this.#counter('batches_total', 'Batches committed');
  readonly #records = this.#counter('records_total', 'Records stored', ['stream']);
  readonly #duplicates = this.#counter('duplicates_total', 'Records that were stored already');
  readonly #conflicts = this.#counter('conflicts_total', 'Records that came again changed');
  readonly #breaks = this.#counter('chain_breaks_total', 'Hash chain links that did not fit');
  readonly #declared = this.#counter('declared_lost_total', 'Records that devices declared lost');
  readonly #malformed = this.#counter('malformed_total', 'Messages refused', ['reason']);
  readonly #unread = this.#counter('unread_bodies_total', 'Record bodies kept without being understood', ['reason']);
  readonly #commits = this.#counter('commits_total', 'Transactions committed');
  readonly #commitFailures = this.#counter(
    'commit_failures_total',
    'Transactions that failed; nothing was acknowledged',
  );
  readonly #resends = this.#counter('resend_requests_total', 'Requests for missing records');
  readonly #media = this.#counter('media_uploads_total', 'Picture uploads', ['result']);
  readonly #latency = new Histogram({
    name: 'lineside_collector_ingest_seconds',
    help: 'From arrival of a batch to after its commit',
    buckets: [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10],
    registers: [this.registry],
  });

  constructor(sources: GaugeSources) {
    collectDefaultMetrics({ register: this.registry });
    this.#gauge('devices_online', 'Devices with a link', sources.devicesOnline);
    this.#gauge('gaps_open', 'Ranges of missing records', sources.gapsOpen);
    this.#gauge('queued_batches', 'Batches waiting for a commit', sources.queued);
    this.#gauge('broker_connected', '1 while subscribed at the broker', () => (sources.brokerConnected() ? 1 : 0));
    this.#gauge('broker_restarts', 'Times the managed broker was started again', sources.brokerRestarts);
  }

  batch(outcome: BatchOutcome, stream: Stream): void {
    this.#batches.inc();
    this.#records.inc({ stream }, outcome.inserted);
    this.#duplicates.inc(outcome.duplicates);
    this.#conflicts.inc(outcome.conflicts);
    this.#breaks.inc(outcome.breaks);
    this.#declared.inc(outcome.declared);
  }

  malformed(reason: MalformedReason): void {
    this.#malformed.inc({ reason });
  }

  unread(reason: UnreadReason): void {
    this.#unread.inc({ reason });
  }

  commit(): void {
    this.#commits.inc();
  }

  commitFailed(): void {
    this.#commitFailures.inc();
  }

  latency(ms: number): void {
    this.#latency.observe(ms / 1000);
  }

  resend(): void {
    this.#resends.inc();
  }

  media(result: MediaResult): void {
    this.#media.inc({ result });
  }

  /** The same counts for the API, since the process started. */
  async counted(): Promise<object> {
    const total = async (counter: Counter): Promise<number> =>
      (await counter.get()).values.reduce((sum, { value }) => sum + value, 0);
    const by = async (counter: Counter, label: string): Promise<Record<string, number>> =>
      Object.fromEntries((await counter.get()).values.map(({ value, labels }) => [String(labels[label]), value]));
    return {
      batches: await total(this.#batches),
      records: await by(this.#records, 'stream'),
      duplicates: await total(this.#duplicates),
      conflicts: await total(this.#conflicts),
      chainBreaks: await total(this.#breaks),
      malformed: await by(this.#malformed, 'reason'),
      unreadBodies: await by(this.#unread, 'reason'),
      commits: await total(this.#commits),
      commitFailures: await total(this.#commitFailures),
      resendRequests: await total(this.#resends),
      mediaUploads: await by(this.#media, 'result'),
    };
  }

  #counter(name: string, help: string, labelNames: string[] = []): Counter {
    return new Counter({ name: `lineside_collector_${name}`, help, labelNames, registers: [this.registry] });
  }

  #gauge(name: string, help: string, read: () => number): void {
    new Gauge({
      name: `lineside_collector_${name}`,
      help,
      registers: [this.registry],
      collect() {
        this.set(read());
      },
    });
  }
}
