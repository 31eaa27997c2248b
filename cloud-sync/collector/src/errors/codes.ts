/** What is wrong with the configuration or the command line. */
type UsageCode =
  | 'authority_missing'
  | 'backup_by_pg_dump'
  | 'backup_exists'
  | 'certificate_unusable'
  | 'cluster_needs_postgres'
  | 'config_invalid'
  | 'config_unreadable'
  | 'cursor_invalid'
  | 'export_unreadable'
  | 'data_empty'
  | 'device_exists'
  | 'device_id_invalid'
  | 'device_unknown'
  | 'file_unreadable'
  | 'http_token_missing'
  | 'http_token_short'
  | 'media_s3_missing'
  | 'mqtt_ca_missing'
  | 'mqtt_tls_missing'
  | 'query_invalid'
  | 'secret_missing'
  | 'store_invalid';

/** What the machine, the broker or a database does not allow. */
type EnvironmentCode =
  | 'authority_unusable'
  | 'broker_not_reached'
  | 'broker_not_started'
  | 'broker_port_taken'
  | 'data_locked'
  | 'data_unusable'
  | 'http_port_taken'
  | 'listen_impossible'
  | 'media_store_refused'
  | 'media_store_unreachable'
  | 'mosquitto_missing'
  | 'store_not_durable'
  | 'store_refused'
  | 'store_too_new'
  | 'store_unavailable'
  | 'store_unreachable'
  | 'store_unusable';

/** Every code of a CollectorError. They are stable; docs/errors.md lists them with their advice. */
export type CollectorErrorCode = UsageCode | EnvironmentCode;
