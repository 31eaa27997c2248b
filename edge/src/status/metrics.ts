import { Counter, Gauge, Registry } from 'prom-client';
import type { Health } from './health.ts';
import type { CameraView, Snapshot } from './snapshot.ts';

/** The snapshot in the text format of Prometheus. Counters rise while the process lives, as those of the snapshot do. */
export class Metrics {
  readonly #registry = new Registry();
  readonly #counters = new Map<string, Counter>();
  readonly #gauges = new Map<string, Gauge>();

  get contentType(): string {
    return this.#registry.contentType;
  }

  async render(snapshot: Snapshot, health: Health): Promise<string> {
    this.#registry.resetMetrics();
    for (const camera of snapshot.cameras) this.#camera(camera);
    for (const model of snapshot.models) {
      const labels = { model: model.id, provider: model.provider ?? 'none' };
      this.#gauge('lineside_model_ready', 'Whether the model runs.', labels, Number(model.state === 'ready'));
      this.#count('lineside_model_results_total', 'Results of the model.', { model: model.id }, model.results);
    }
    this.#journal(snapshot);
    this.#box(snapshot, health);
    return this.#registry.metrics();
  }

  #camera(camera: CameraView): void {
    const at = { camera: camera.id };
    const inspecting = Number(camera.inspecting === 'inspecting' || camera.inspecting === 'degraded');
    this.#gauge('lineside_camera_inspecting', 'Whether the camera is being inspected.', at, inspecting);
    this.#gauge(
      'lineside_camera_degraded',
      'Whether its inspection is degraded.',
      at,
      Number(camera.inspecting === 'degraded'),
    );
    this.#count('lineside_camera_restarts_total', 'Times the stream was started again.', at, camera.restarts);
    if (camera.lastFrameAgeMs !== undefined) {
      const seconds = camera.lastFrameAgeMs / 1000;
      this.#gauge('lineside_camera_frame_age_seconds', 'Age of the newest frame.', at, seconds);
    }
    if (camera.behindMs !== undefined) {
      const help = 'How much later than the promptest of its stream the newest frame came.';
      this.#gauge('lineside_camera_behind_seconds', help, at, camera.behindMs / 1000);
    }
    for (const { model, counters, latencyMs } of camera.models) {
      const labels = { ...at, model };
      this.#count('lineside_frames_offered_total', 'Frames offered for inspection.', labels, counters.offered);
      this.#count('lineside_frames_inspected_total', 'Frames inspected.', labels, counters.inspected);
      for (const [reason, count] of Object.entries(counters.skipped)) {
        this.#count('lineside_frames_skipped_total', 'Frames skipped.', { ...labels, reason }, count);
      }
      for (const [reason, count] of Object.entries(counters.failed)) {
        this.#count('lineside_frames_failed_total', 'Frames whose inspection failed.', { ...labels, reason }, count);
      }
      if (latencyMs === undefined) continue;
      for (const [quantile, ms] of [
        ['0.5', latencyMs.p50],
        ['0.95', latencyMs.p95],
        ['0.99', latencyMs.p99],
      ] as const) {
        const help = 'From the arrival of a frame to its result, over the newest inspections.';
        this.#gauge('lineside_inspection_latency_seconds', help, { ...labels, quantile }, ms / 1000);
      }
    }
  }

  #journal({ journal, evidence, link }: Snapshot): void {
    this.#gauge('lineside_journal_writable', 'Whether events can be recorded.', {}, Number(journal.writable));
    for (const stream of journal.streams) {
      const at = { stream: stream.stream };
      this.#gauge('lineside_journal_queued_records', 'Records not yet acknowledged.', at, stream.queued);
      this.#count('lineside_journal_records_total', 'Records ever written.', at, Math.max(0, stream.next - 1));
      this.#count('lineside_journal_acked_total', 'Records that the collector holds.', at, stream.acked);
      const lost = stream.declaredLost ?? 0;
      this.#count('lineside_journal_declared_lost_total', 'Records given up, each declared.', at, lost);
      const oldest = (stream.oldestAgeMs ?? 0) / 1000;
      this.#gauge('lineside_journal_oldest_queued_seconds', 'Age of the oldest queued record.', at, oldest);
    }
    for (const { code } of journal.alarms ?? []) {
      this.#gauge('lineside_journal_alarm', 'Alarms of the data folder that are raised.', { code }, 1);
    }
    this.#link(link);
    this.#gauge('lineside_link_up', 'Whether the collector is reached.', {}, Number(link.state === 'online'));
    this.#gauge('lineside_evidence_bytes', 'Bytes of evidence held.', {}, evidence.bytes);
    this.#gauge('lineside_evidence_files', 'Files of evidence held.', {}, evidence.files);
    this.#gauge('lineside_evidence_not_uploaded', 'Files not yet at the collector.', {}, evidence.notUploaded);
  }

  #link({ drainPerS, emptyInMs, sentBytes, sentRecords, picturesCancelled, refused = {} }: Snapshot['link']): void {
    if (drainPerS !== undefined) {
      this.#gauge('lineside_link_drain_records_per_second', 'Records confirmed, over half a minute.', {}, drainPerS);
    }
    if (emptyInMs !== undefined) {
      const help = 'How long the queue takes at that pace.';
      this.#gauge('lineside_link_empty_in_seconds', help, {}, emptyInMs / 1000);
    }
    this.#count('lineside_link_sent_bytes_total', 'Bytes of batches sent, compressed.', {}, sentBytes ?? 0);
    this.#count('lineside_link_sent_records_total', 'Records in the batches sent.', {}, sentRecords ?? 0);
    const help = 'Uploads ended because their picture was given up.';
    this.#count('lineside_link_pictures_cancelled_total', help, {}, picturesCancelled ?? 0);
    for (const [reason, count] of Object.entries(refused)) {
      this.#count('lineside_link_refused_total', 'Messages from the broker that were not followed.', { reason }, count);
    }
  }

  #box(snapshot: Snapshot, health: Health): void {
    const { vision, disk, config } = snapshot;
    this.#gauge('lineside_build_info', 'Version of the product.', { version: snapshot.version }, 1);
    this.#gauge('lineside_healthy', 'Whether /healthz says 200.', {}, Number(health.ok));
    this.#gauge('lineside_vision_up', 'Whether the vision process runs.', {}, Number(vision.state === 'up'));
    this.#count('lineside_vision_restarts_total', 'Times it was started again.', {}, vision.restarts);
    const lastGood = Number(config.state === 'last_good');
    this.#gauge('lineside_config_refused', 'Whether the last good configuration is in force.', {}, lastGood);
    this.#gauge('lineside_disk_free_bytes', 'Free bytes beside the journal.', {}, disk.freeBytes);
    this.#gauge('lineside_uptime_seconds', 'Since the service started.', {}, snapshot.uptimeMs / 1000);
    for (const { subject, code } of snapshot.missingSecrets ?? []) {
      this.#gauge('lineside_secret_missing', 'Secrets that cannot be read.', { subject, code }, 1);
    }
    const processes = { main: snapshot.process, vision: snapshot.visionProcess };
    for (const [name, view] of Object.entries(processes)) {
      if (view === undefined) continue;
      const help = 'Resident memory.';
      this.#gauge('lineside_process_resident_memory_bytes', help, { process: name }, view.rssBytes);
      this.#gauge('lineside_process_cpu_cores', 'Cores busy.', { process: name }, view.cpu);
    }
  }

  #count(name: string, help: string, labels: Record<string, string>, value: number): void {
    let counter = this.#counters.get(name);
    if (counter === undefined) {
      counter = new Counter({ name, help, labelNames: Object.keys(labels), registers: [this.#registry] });
      this.#counters.set(name, counter);
    }
    counter.inc(labels, value);
  }

  #gauge(name: string, help: string, labels: Record<string, string>, value: number): void {
    let gauge = this.#gauges.get(name);
    if (gauge === undefined) {
      gauge = new Gauge({ name, help, labelNames: Object.keys(labels), registers: [this.#registry] });
      this.#gauges.set(name, gauge);
    }
    gauge.set(labels, value);
  }
}
