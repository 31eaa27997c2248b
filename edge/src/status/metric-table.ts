export interface MetricDefinition {
  readonly type: 'gauge' | 'counter' | 'histogram';
  readonly help: string;
  readonly labels: readonly string[];
}

const define = <T extends Record<string, MetricDefinition>>(table: T): T => table;
const gauge = (help: string, ...labels: string[]): MetricDefinition => ({ type: 'gauge', help, labels });
const counter = (help: string, ...labels: string[]): MetricDefinition => ({ type: 'counter', help, labels });
const histogram = (help: string, ...labels: string[]): MetricDefinition => ({ type: 'histogram', help, labels });

/** Every metric of the device's `/metrics`; docs/metrics.md is made of it. Counters rise while the process lives. */
export const METRICS = define({
  lineside_healthy: gauge('Whether /healthz answers 200.'),
  lineside_camera_inspecting: gauge('Whether the camera is being inspected.', 'camera'),
  lineside_camera_degraded: gauge('Whether its inspection is degraded.', 'camera'),
  lineside_camera_restarts_total: counter('Times the stream was started again.', 'camera'),
  lineside_camera_connection_quality: gauge(
    'How good the connection to the camera is: 4 as it should be, 1 hardly usable, 0 not there.',
    'camera',
  ),
  lineside_camera_frame_age_seconds: gauge('Age of the newest frame.', 'camera'),
  lineside_camera_lag_seconds: gauge(
    'How much later than the promptest of its stream the newest frame arrived.',
    'camera',
  ),
  lineside_line_needed_fps: gauge(
    'Frames per second that the line needs; absent while what is inspected is enough.',
    'camera',
    'model',
  ),
  lineside_packs_total: counter(
    'Packs whose codes and dates were checked; the first ones after a change of recipe are counted apart.',
    'camera',
    'rule',
    'verdict',
    'changeover',
  ),
  lineside_pack_fields_total: counter('Fields of packs that were checked.', 'camera', 'rule', 'field', 'verdict'),
  lineside_packs_not_read_total: counter(
    'Readings of packs that nobody could do; such a pack is never good.',
    'camera',
    'rule',
    'reason',
  ),
  lineside_code_contrast: gauge('Mean contrast of the codes of a field, 0 to 1.', 'camera', 'rule', 'field'),
  lineside_code_quiet_zone: gauge(
    'Mean free space beside the codes of a field, as a fraction of what they need.',
    'camera',
    'rule',
    'field',
  ),
  lineside_code_unused_correction: gauge(
    'Mean part of the error correction that the codes of a field did not need, 0 to 1.',
    'camera',
    'rule',
    'field',
  ),
  lineside_pack_reading_seconds: gauge('Mean time of the reader per pack.', 'camera', 'rule'),
  lineside_frames_offered_total: counter(
    'Frames offered for inspection: inspected + skipped + failed.',
    'camera',
    'model',
  ),
  lineside_frames_inspected_total: counter('Frames inspected.', 'camera', 'model'),
  lineside_frames_skipped_total: counter('Frames skipped.', 'camera', 'model', 'reason'),
  lineside_frames_failed_total: counter('Frames whose inspection failed.', 'camera', 'model', 'reason'),
  lineside_inspection_latency_seconds: histogram('From the arrival of a frame to its result.', 'camera', 'model'),
  lineside_model_ready: gauge('Whether the model runs.', 'model', 'provider'),
  lineside_model_results_total: counter('Results of the model.', 'model'),
  lineside_overloaded: gauge('Whether frames are missing because time is short.', 'cause'),
  lineside_load_frames_per_second: gauge('Frames wanted, offered, inspected and skipped lately.', 'frames'),
  lineside_load_cores: gauge('Cores that the device has, that Lineside and others use, and that it needs.', 'cores'),
  lineside_load_waited_fraction: gauge('Part of its working time in which Lineside waits for a CPU.'),
  lineside_vision_up: gauge('Whether the vision process runs.'),
  lineside_vision_restarts_total: counter('Times the vision process was started again.'),
  lineside_output_armed: gauge('Whether a person has armed the output.', 'output'),
  lineside_output_ready: gauge('Whether the controller is given READY.', 'output'),
  lineside_output_pieces_in_transit: gauge('Products between the line in the picture and the output.', 'output'),
  lineside_output_pieces_total: counter('Products that arrived at the output.', 'output', 'verdict'),
  lineside_output_rejects_total: counter(
    'Rejects that were due, and what became of them; missed and cancelled ones moved nothing.',
    'output',
    'outcome',
  ),
  lineside_output_safe_rejects_total: counter('Products rejected because they had no verdict.', 'output'),
  lineside_output_late_verdicts_total: counter(
    'Verdicts that came when their product had arrived; they moved nothing.',
    'output',
  ),
  lineside_output_results_total: counter(
    'Results for the controller, where it acknowledges them, and whether it took them.',
    'output',
    'outcome',
  ),
  lineside_output_decision_seconds: histogram(
    'From the moment at which a product was at the line in the picture to its verdict.',
    'output',
  ),
  lineside_output_result_seconds: histogram(
    'From the verdict until the result stood in the registers of the controller.',
    'output',
  ),
  lineside_output_lateness_seconds: histogram(
    'From the arrival of a product at the output to the change of the output.',
    'output',
  ),
  lineside_journal_writable: gauge('Whether events can be recorded.'),
  lineside_journal_records_total: counter('Records ever written.', 'stream'),
  lineside_journal_acked_total: counter('Records that the collector holds.', 'stream'),
  lineside_journal_declared_lost_total: counter('Records declared lost.', 'stream'),
  lineside_journal_queued_records: gauge('Records not yet acknowledged.', 'stream'),
  lineside_journal_oldest_queued_seconds: gauge('Age of the oldest queued record.', 'stream'),
  lineside_journal_alarm: gauge('Alarms of the data folder that are raised.', 'code'),
  lineside_evidence_bytes: gauge('Bytes of evidence held.'),
  lineside_evidence_files: gauge('Files of evidence held.'),
  lineside_evidence_pending_files: gauge('Files of evidence that are not yet at the collector.'),
  lineside_link_problem: gauge(
    'What went wrong last on the way to the collector, until something is delivered.',
    'code',
  ),
  lineside_link_up: gauge('Whether the collector is reached.'),
  lineside_link_sent_bytes_total: counter('Bytes of batches sent, compressed.'),
  lineside_link_sent_records_total: counter('Records in the batches sent.'),
  lineside_link_snapshots_cancelled_total: counter('Uploads ended because their snapshot was deleted.'),
  lineside_link_refused_total: counter('Messages from the broker that were not followed.', 'reason'),
  lineside_feed_up: gauge('Whether other programs can read the feed.', 'feed'),
  lineside_feed_messages_total: counter('Messages handed on.', 'feed', 'topic'),
  lineside_feed_dropped_total: counter(
    'Messages left out because the feed was not connected or behind.',
    'feed',
    'topic',
  ),
  lineside_feed_consumer_stalls_total: counter('Times that a consumer was too slow and was passed over.', 'feed'),
  lineside_feed_connections_ended_total: counter(
    'Connections of consumers that ended: they left, stopped reading and were cut off, or were refused.',
    'feed',
  ),
  lineside_feeds_left_out_total: counter(
    'Messages that no feed got because the process of the feeds did not keep up.',
    'topic',
  ),
  lineside_feed_refused_total: counter('Messages and connections from outside that were refused.', 'feed', 'reason'),
  lineside_plant_server_up: gauge('Whether the plant can read the line by OPC UA.', 'server'),
  lineside_plant_server_sessions: gauge('Clients of OPC UA that are connected.', 'server'),
  lineside_config_refused: gauge('Whether the last good configuration is in force.'),
  lineside_secret_missing: gauge('Secrets that cannot be read.', 'subject', 'code'),
  lineside_disk_free_bytes: gauge('Free bytes beside the journal.'),
  lineside_build_info: gauge('Version of the product; always 1.', 'version'),
  lineside_uptime_seconds: gauge('Time since the service started.'),
  lineside_process_resident_memory_bytes: gauge('Resident memory.', 'process'),
  lineside_process_cpu_seconds_total: counter('CPU time used.', 'process'),
});

export type MetricName = keyof typeof METRICS;
