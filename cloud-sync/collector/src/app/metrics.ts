import type { Stream } from '@lineside/protocol';
import { collectDefaultMetrics, Counter, Gauge, Histogram, Registry } from 'prom-client';
import { RateMeter } from '@lineside/kit';
import type { IngestCounters, RefusedMessage, UnreadReason } from '../ingest/index.ts';
import type { MediaResult } from '../http/index.ts';
import type { BatchOutcome } from '../store/index.ts';

const SECONDS = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10];
const RECENT_MS = 60_000;
const RECENT_SLOTS = 12;

/** Gauges are read when somebody asks for them. */
export interface GaugeSources {
  readonly devicesOnline: () => number;
  readonly gapsOpen: () => number;
  readonly missing: () => Promise<number>;
  readonly signatureProblems: () => Promise<number>;
  readonly declaredByReason: () => Promise<readonly { readonly reason: string; readonly count: number }[]>;
  readonly storeUp: () => boolean;
  readonly collectors: () => number;
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
  readonly #malformed = this.#counter('malformed_total', 'Messages refused, by topic and reason', ['topic', 'reason']);
  readonly #unread = this.#counter('unread_bodies_total', 'Record bodies kept without being understood', ['reason']);
  readonly #commits = this.#counter('commits_total', 'Transactions committed');
  readonly #commitFailures = this.#counter(
    'commit_failures_total',
    'Transactions that failed; nothing was acknowledged',
  );
  readonly #resends = this.#counter('resend_requests_total', 'Requests for missing records');
  readonly #media = this.#counter('media_uploads_total', 'Picture uploads', ['result']);
  readonly #bytes = this.#counter('received_bytes_total', 'Bytes of batches as they came over the wire');
  readonly #commitTime: Histogram;
  readonly #recentRecords: RateMeter;
  readonly #recentBytes: RateMeter;
  readonly #recentCommits: RateMeter;
  readonly #store: string;
  readonly #latency = new Histogram({
    name: 'lineside_collector_ingest_seconds',
    help: 'From arrival of a batch to after its commit',
    buckets: SECONDS,
    registers: [this.registry],
  });

  /** `store` names the kind of database. */
  constructor(sources: GaugeSources, { store, nowMs }: { readonly store: string; readonly nowMs: () => number }) {
    this.#store = store;
    const recent = { spanMs: RECENT_MS, slots: RECENT_SLOTS, nowMs };
    [this.#recentRecords, this.#recentBytes, this.#recentCommits] = [
      new RateMeter(recent),
      new RateMeter(recent),
      new RateMeter(recent),
    ];
    this.#commitTime = new Histogram({
      name: 'lineside_collector_store_commit_seconds',
      help: 'One transaction of the store, from its start to its being on disk',
      labelNames: ['store'],
      buckets: SECONDS,
      registers: [this.registry],
    });
    collectDefaultMetrics({ register: this.registry });
    this.#gauge('devices_online', 'Devices with a link', sources.devicesOnline);
    this.#gauge('gaps_open', 'Ranges of missing records', sources.gapsOpen);
    this.#gauge('records_missing', 'Records that neither came nor were declared lost', sources.missing);
    this.#gauge(
      'signature_problems',
      'Signatures of devices that do not fit what is stored',
      sources.signatureProblems,
    );
    this.#gauge('store_up', '1 while the store answers', () => (sources.storeUp() ? 1 : 0));
    this.#gauge('collectors', 'Collectors at work on the same database', sources.collectors);
    this.#byReason(sources.declaredByReason);
    this.#gauge('queued_batches', 'Batches waiting for a commit', sources.queued);
    this.#gauge('broker_connected', '1 while subscribed at the broker', () => (sources.brokerConnected() ? 1 : 0));
    this.#gauge('broker_restarts', 'Times the managed broker was started again', sources.brokerRestarts);
  }

  batch(outcome: BatchOutcome, stream: Stream): void {
    this.#batches.inc();
    this.#records.inc({ stream }, outcome.inserted);
    this.#recentRecords.add(outcome.inserted);
    this.#duplicates.inc(outcome.duplicates);
    this.#conflicts.inc(outcome.conflicts);
    this.#breaks.inc(outcome.breaks);
    this.#declared.inc(outcome.declared);
  }

  refused(topic: RefusedMessage['kind'], reason: RefusedMessage['reason']): void {
    this.#malformed.inc({ topic, reason });
  }

  unread(reason: UnreadReason): void {
    this.#unread.inc({ reason });
  }

  received(bytes: number): void {
    this.#bytes.inc(bytes);
    this.#recentBytes.add(bytes);
  }

  commit(ms: number): void {
    this.#commits.inc();
    this.#commitTime.observe({ store: this.#store }, ms / 1000);
    this.#recentCommits.add(ms);
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
    const by = async (counter: Counter, label: string): Promise<Record<string, number>> => {
      const sums: Record<string, number> = {};
      for (const { value, labels } of (await counter.get()).values) {
        const key = String(labels[label]);
        sums[key] = (sums[key] ?? 0) + value;
      }
      return sums;
    };
    const commitMs = this.#recentCommits.values;
    return {
      store: this.#store,
      lastMinute: {
        recordsPerSecond: this.#recentRecords.perSecond,
        bytesPerSecond: this.#recentBytes.perSecond,
        commitMs: commitMs === undefined ? null : { mean: commitMs.mean, worst: commitMs.max },
      },
      receivedBytes: await total(this.#bytes),
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

  #byReason(read: GaugeSources['declaredByReason']): void {
    new Gauge({
      name: 'lineside_collector_declared_lost',
      help: 'Records that devices declared lost, by reason',
      labelNames: ['reason'],
      registers: [this.registry],
      async collect() {
        this.reset();
        for (const { reason, count } of await read().catch(() => [])) this.set({ reason }, count);
      },
    });
  }

  #gauge(name: string, help: string, read: () => number | Promise<number>): void {
    new Gauge({
      name: `lineside_collector_${name}`,
      help,
      registers: [this.registry],
      async collect() {
        // What cannot be read now is not a number, and the other figures are told all the same.
        this.set(await Promise.resolve(read()).catch(() => Number.NaN));
      },
    });
  }
}
