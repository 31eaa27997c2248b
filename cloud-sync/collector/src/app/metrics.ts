import { RateMeter } from '@lineside/kit';
import type { Stream } from '@lineside/protocol';
import { collectDefaultMetrics, Counter, Histogram, Registry } from 'prom-client';
import type { MediaResult } from '../http/index.ts';
import type { BatchOutcome, IngestCounters, RefusedMessage, UnreadReason } from '../ingest/index.ts';
import { registerGauges, type GaugeSources } from './gauges.ts';

const SECONDS = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10];
const RECENT_MS = 60_000;
const RECENT_SLOTS = 12;

/** What the process counts, in a registry of its own. */
export class CollectorMetrics implements IngestCounters {
  readonly registry = new Registry();
  readonly #batches = this.#counter('batches_total', 'Batches committed');
  readonly #records = this.#counter('records_total', 'Records stored', ['stream']);
  readonly #duplicates = this.#counter('duplicates_total', 'Records that were stored already');
  readonly #conflicts = this.#counter('conflicts_total', 'Records that arrived again with changes');
  readonly #breaks = this.#counter('chain_breaks_total', 'Hash chain links that did not match');
  readonly #declared = this.#counter('declared_lost_total', 'Records that devices declared lost');
  readonly #malformed = this.#counter('malformed_total', 'Messages refused, by topic and reason', ['topic', 'reason']);
  readonly #unread = this.#counter('unread_bodies_total', 'Record bodies stored without being read', ['reason']);
  readonly #commits = this.#counter('commits_total', 'Transactions committed');
  readonly #commitFailures = this.#counter(
    'commit_failures_total',
    'Transactions that failed; nothing was acknowledged',
  );
  readonly #resends = this.#counter('resend_requests_total', 'Requests for missing records');
  readonly #media = this.#counter('media_uploads_total', 'Picture uploads', ['result']);
  readonly #bytes = this.#counter('received_bytes_total', 'Bytes of batches as received');
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
  constructor({ store, nowMs }: { readonly store: string; readonly nowMs: () => number }) {
    this.#store = store;
    const recent = { spanMs: RECENT_MS, slots: RECENT_SLOTS, nowMs };
    [this.#recentRecords, this.#recentBytes, this.#recentCommits] = [
      new RateMeter(recent),
      new RateMeter(recent),
      new RateMeter(recent),
    ];
    this.#commitTime = new Histogram({
      name: 'lineside_collector_store_commit_seconds',
      help: 'One transaction of the store, from its start until it is on disk',
      labelNames: ['store'],
      buckets: SECONDS,
      registers: [this.registry],
    });
    collectDefaultMetrics({ register: this.registry });
  }

  /** Adds the metrics that are read from the modules. */
  observe(sources: GaugeSources): void {
    registerGauges(this.registry, sources);
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

  resendRequested(): void {
    this.#resends.inc();
  }

  media(result: MediaResult): void {
    this.#media.inc({ result });
  }

  /** The same counts for the API, since the process started. */
  async snapshot(): Promise<object> {
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
        commitMs: commitMs ?? null,
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
}
