import type { StorageConfig } from '../config/index.ts';
import type { DataFolderOptions } from './open-data-folder.ts';

type Limits = Pick<
  DataFolderOptions,
  'journalQuotaBytes' | 'streamQuotas' | 'evidenceQuotaBytes' | 'reserveBytes' | 'keepDeliveredMs'
>;

/** What the configuration's `storage` limits, in bytes and milliseconds. */
export function dataFolderLimits(storage: StorageConfig): Limits {
  const { auditQuota, eventsQuota, telemetryQuota, mediaQuota } = storage;
  return {
    journalQuotaBytes: storage.journalQuota.bytes,
    streamQuotas: {
      ...(auditQuota && { audit: auditQuota.bytes }),
      ...(eventsQuota && { events: eventsQuota.bytes }),
      ...(telemetryQuota && { telemetry: telemetryQuota.bytes }),
      ...(mediaQuota && { media: mediaQuota.bytes }),
    },
    evidenceQuotaBytes: storage.evidenceQuota.bytes,
    reserveBytes: storage.reserve.bytes,
    keepDeliveredMs: storage.deliveredRetention.ms,
  };
}
