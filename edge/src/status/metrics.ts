import type { BucketCounts } from '@lineside/kit';
import { Counter, Gauge, Registry } from 'prom-client';
import type { FeedView, PlantServerView } from './feeds.ts';
import type { Health } from './health.ts';
import { KeptHistogram } from './kept-histogram.ts';
import { METRICS, type MetricName } from './metric-table.ts';
import type { OutputView } from './outputs.ts';
import type { CameraModelView, CameraView, Snapshot } from './snapshot.ts';

type PackChecks = NonNullable<CameraModelView['packChecks']>[number];

type Labels = Readonly<Record<string, string>>;

/** The snapshot in the text format of Prometheus. Counters rise while the process lives, as those of the snapshot do. */
export class Metrics {
  readonly #registry = new Registry();
  readonly #counters = new Map<string, Counter>();
  readonly #gauges = new Map<string, Gauge>();
  readonly #histograms = new Map<string, KeptHistogram>();

  get contentType(): string {
    return this.#registry.contentType;
  }

  async render(snapshot: Snapshot, health: Health): Promise<string> {
    this.#registry.resetMetrics();
    for (const camera of snapshot.cameras) this.#camera(camera);
    for (const model of snapshot.models) {
      const labels = { model: model.id, provider: model.provider ?? 'none' };
      this.#gauge('lineside_model_ready', Number(model.state === 'ready'), labels);
      this.#count('lineside_model_results_total', model.results, { model: model.id });
    }
    for (const output of snapshot.outputs ?? []) this.#output(output);
    this.#journal(snapshot);
    this.#link(snapshot.link);
    this.#device(snapshot, health);
    for (const feed of snapshot.feeds ?? []) this.#feed(feed);
    for (const [topic, count] of Object.entries(snapshot.feedsLeftOut ?? {})) {
      this.#count('lineside_feeds_left_out_total', count, { topic });
    }
    for (const server of snapshot.plantServers ?? []) this.#plantServer(server);
    this.#load(snapshot.load);
    return this.#registry.metrics();
  }

  #camera(camera: CameraView): void {
    const at = { camera: camera.id };
    const inspecting = camera.inspecting === 'inspecting' || camera.inspecting === 'degraded';
    this.#gauge('lineside_camera_inspecting', Number(inspecting), at);
    this.#gauge('lineside_camera_degraded', Number(camera.inspecting === 'degraded'), at);
    this.#count('lineside_camera_restarts_total', camera.restarts, at);
    const { lastFrameAgeMs, behindMs, state } = camera;
    const quality = state === 'streaming' ? camera.stream?.quality : 0;
    if (quality !== undefined) this.#gauge('lineside_camera_connection_quality', quality, at);
    if (lastFrameAgeMs !== undefined) this.#gauge('lineside_camera_frame_age_seconds', lastFrameAgeMs / 1000, at);
    if (behindMs !== undefined) this.#gauge('lineside_camera_lag_seconds', behindMs / 1000, at);
    for (const { model, counters, latencyBuckets, outrun, packChecks = [] } of camera.models) {
      for (const checks of packChecks) this.#packs(at, checks);
      const labels = { ...at, model };
      if (outrun !== undefined) this.#gauge('lineside_line_needed_fps', outrun.neededFps, labels);
      this.#count('lineside_frames_offered_total', counters.offered, labels);
      this.#count('lineside_frames_inspected_total', counters.inspected, labels);
      this.#byReason('lineside_frames_skipped_total', counters.skipped, labels);
      this.#byReason('lineside_frames_failed_total', counters.failed, labels);
      this.#histogram('lineside_inspection_latency_seconds', latencyBuckets, labels);
    }
  }

  #packs(at: Labels, { rule, packs, changeover, notRead, fields, packMs }: PackChecks): void {
    const labels = { ...at, rule };
    for (const [verdict, count] of Object.entries(packs)) {
      this.#count('lineside_packs_total', count, { ...labels, verdict, changeover: 'no' });
    }
    for (const [verdict, count] of Object.entries(changeover)) {
      this.#count('lineside_packs_total', count, { ...labels, verdict, changeover: 'yes' });
    }
    for (const [reason, count] of Object.entries(notRead)) {
      this.#count('lineside_packs_not_read_total', count, { ...labels, reason });
    }
    for (const { id: field, counts, contrast, quietZone, unusedCorrection } of fields) {
      for (const [verdict, count] of Object.entries(counts)) {
        this.#count('lineside_pack_fields_total', count, { ...labels, field, verdict });
      }
      if (contrast !== undefined) this.#gauge('lineside_code_contrast', contrast, { ...labels, field });
      if (quietZone !== undefined) this.#gauge('lineside_code_quiet_zone', quietZone, { ...labels, field });
      if (unusedCorrection !== undefined)
        this.#gauge('lineside_code_unused_correction', unusedCorrection, { ...labels, field });
    }
    if (packMs !== undefined) this.#gauge('lineside_pack_reading_seconds', packMs.mean / 1000, labels);
  }

  #output({ id, armed, readiness, inTransit, counts, results, ...times }: OutputView): void {
    const at = { output: id };
    this.#gauge('lineside_output_armed', Number(armed), at);
    this.#gauge('lineside_output_ready', Number(readiness === 'ready'), at);
    this.#gauge('lineside_output_pieces_in_transit', inTransit, at);
    if (counts !== undefined) {
      const { ok, nok, noResult, due, done, late, missed, cancelled, safe, lateVerdicts } = counts;
      const verdicts = { ok, nok, no_result: noResult };
      const rejects = { due, done, late, missed, cancelled };
      for (const [verdict, n] of Object.entries(verdicts))
        this.#count('lineside_output_pieces_total', n, { ...at, verdict });
      for (const [outcome, n] of Object.entries(rejects))
        this.#count('lineside_output_rejects_total', n, { ...at, outcome });
      this.#count('lineside_output_safe_rejects_total', safe, at);
      this.#count('lineside_output_late_verdicts_total', lateVerdicts, at);
    }
    for (const [outcome, n] of Object.entries(results ?? {})) {
      this.#count('lineside_output_results_total', n, { ...at, outcome });
    }
    const { decisionMs, resultMs, latenessMs } = times;
    if (decisionMs !== undefined) this.#histogram('lineside_output_decision_seconds', decisionMs.buckets, at);
    if (resultMs !== undefined) this.#histogram('lineside_output_result_seconds', resultMs.buckets, at);
    if (latenessMs !== undefined) this.#histogram('lineside_output_lateness_seconds', latenessMs.buckets, at);
  }

  #journal({ journal, evidence }: Snapshot): void {
    this.#gauge('lineside_journal_writable', Number(journal.writable));
    for (const stream of journal.streams) {
      const at = { stream: stream.stream };
      this.#count('lineside_journal_records_total', Math.max(0, stream.next - 1), at);
      this.#count('lineside_journal_acked_total', stream.acked, at);
      this.#count('lineside_journal_declared_lost_total', stream.declaredLost ?? 0, at);
      this.#gauge('lineside_journal_queued_records', stream.queued, at);
      this.#gauge('lineside_journal_oldest_queued_seconds', (stream.oldestAgeMs ?? 0) / 1000, at);
    }
    for (const { code } of journal.alarms ?? []) this.#gauge('lineside_journal_alarm', 1, { code });
    this.#gauge('lineside_evidence_bytes', evidence.bytes);
    this.#gauge('lineside_evidence_files', evidence.files);
    this.#gauge('lineside_evidence_pending_files', evidence.notUploaded);
  }

  #link({ state, problem, sentBytes, sentRecords, picturesCancelled, refused = {} }: Snapshot['link']): void {
    this.#gauge('lineside_link_up', Number(state === 'online'));
    if (problem !== undefined) this.#gauge('lineside_link_problem', 1, { code: problem.code });
    this.#count('lineside_link_sent_bytes_total', sentBytes ?? 0);
    this.#count('lineside_link_sent_records_total', sentRecords ?? 0);
    this.#count('lineside_link_snapshots_cancelled_total', picturesCancelled ?? 0);
    this.#byReason('lineside_link_refused_total', refused);
  }

  #device(snapshot: Snapshot, health: Health): void {
    const { vision, disk, config } = snapshot;
    this.#gauge('lineside_build_info', 1, { version: snapshot.version });
    this.#gauge('lineside_healthy', Number(health.ok));
    this.#gauge('lineside_vision_up', Number(vision.state === 'up'));
    this.#count('lineside_vision_restarts_total', vision.restarts);
    this.#gauge('lineside_config_refused', Number(config.state === 'last_good'));
    this.#gauge('lineside_disk_free_bytes', disk.freeBytes);
    this.#gauge('lineside_uptime_seconds', snapshot.uptimeMs / 1000);
    for (const { subject, code } of snapshot.missingSecrets ?? []) {
      this.#gauge('lineside_secret_missing', 1, { subject, code });
    }
    for (const [process, view] of Object.entries({ main: snapshot.process, vision: snapshot.visionProcess })) {
      if (view === undefined) continue;
      this.#gauge('lineside_process_resident_memory_bytes', view.rssBytes, { process });
      this.#count('lineside_process_cpu_seconds_total', view.cpuSeconds, { process });
    }
  }

  #plantServer({ url, up, sessions }: PlantServerView): void {
    this.#gauge('lineside_plant_server_up', Number(up), { server: url });
    this.#gauge('lineside_plant_server_sessions', sessions, { server: url });
  }

  #feed({ id, connected, sent, dropped, refused, stalls, ended }: FeedView): void {
    this.#gauge('lineside_feed_up', Number(connected), { feed: id });
    this.#count('lineside_feed_consumer_stalls_total', stalls, { feed: id });
    if (ended !== undefined) this.#count('lineside_feed_connections_ended_total', ended, { feed: id });
    for (const [topic, count] of Object.entries(sent)) {
      this.#count('lineside_feed_messages_total', count, { feed: id, topic });
    }
    for (const [topic, count] of Object.entries(dropped)) {
      this.#count('lineside_feed_dropped_total', count, { feed: id, topic });
    }
    for (const [reason, count] of Object.entries(refused)) {
      this.#count('lineside_feed_refused_total', count, { feed: id, reason });
    }
  }

  #load(load: Snapshot['load']): void {
    if (load === undefined) return;
    const { wantedPerS, offeredPerS, inspectedPerS, skippedPerS, cores, ownCores, otherCores, neededCores } = load;
    this.#gauge('lineside_overloaded', Number(load.state === 'overloaded'), { cause: load.cause ?? 'none' });
    const frames = { wanted: wantedPerS, offered: offeredPerS, inspected: inspectedPerS, skipped: skippedPerS };
    for (const [which, rate] of Object.entries(frames)) {
      this.#gauge('lineside_load_frames_per_second', rate, { frames: which });
    }
    const used = { available: cores, own: ownCores, other: otherCores, needed: neededCores };
    for (const [which, count] of Object.entries(used)) this.#gauge('lineside_load_cores', count, { cores: which });
    this.#gauge('lineside_load_waited_fraction', load.waitedFraction);
  }

  #byReason(name: MetricName, counts: Readonly<Record<string, number>>, labels: Labels = {}): void {
    for (const [reason, count] of Object.entries(counts)) this.#count(name, count, { ...labels, reason });
  }

  #count(name: MetricName, value: number, labels: Labels = {}): void {
    let counter = this.#counters.get(name);
    if (counter === undefined) {
      counter = new Counter({ ...definition(name), registers: [this.#registry] });
      this.#counters.set(name, counter);
    }
    counter.inc(labels, value);
  }

  #gauge(name: MetricName, value: number, labels: Labels = {}): void {
    let gauge = this.#gauges.get(name);
    if (gauge === undefined) {
      gauge = new Gauge({ ...definition(name), registers: [this.#registry] });
      this.#gauges.set(name, gauge);
    }
    gauge.set(labels, value);
  }

  #histogram(name: MetricName, counts: BucketCounts, labels: Labels): void {
    let histogram = this.#histograms.get(name);
    if (histogram === undefined) {
      histogram = new KeptHistogram({ ...definition(name), registers: [this.#registry] });
      this.#histograms.set(name, histogram);
    }
    histogram.set(labels, counts);
  }
}

function definition(name: MetricName): { name: string; help: string; labelNames: string[] } {
  const { help, labels } = METRICS[name];
  return { name, help, labelNames: [...labels] };
}
