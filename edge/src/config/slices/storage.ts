import { z } from 'zod';
import { duration, key, size } from '../../fields/index.ts';

export const Storage = z.strictObject({
  journalQuota: size()
    .prefault('1GB')
    .meta(
      key({
        description:
          'Largest size of the journal. When it is full, the oldest records are deleted and the loss is declared.',
        unit: 'size',
        restart: 'process',
        example: '1GB',
      }),
    ),
  evidenceQuota: size()
    .prefault('10GB')
    .meta(
      key({
        description: 'Largest total size of the evidence. The oldest files are deleted first; their events stay.',
        unit: 'size',
        restart: 'process',
        example: '10GB',
      }),
    ),
  reserve: size()
    .prefault('1GB')
    .meta(
      key({
        description:
          'Free space that is left on the disk for the journal and the system, at most a twentieth of the disk, and a twentieth of its inodes. While less is free, evidence that the collector has is deleted: clips first, then snapshots, oldest first.',
        unit: 'size',
        restart: 'process',
        example: '1GB',
      }),
    ),
  auditQuota: size()
    .optional()
    .meta(
      key({
        description:
          'Largest size of the audit stream. Beyond it new records are refused with an alarm; records that the collector does not have yet are never deleted. Default: a quarter of journalQuota.',
        unit: 'size',
        restart: 'process',
        example: '100MB',
      }),
    ),
  eventsQuota: size()
    .optional()
    .meta(
      key({
        description:
          'Largest size of the events stream. Beyond it the oldest records are deleted and the loss is declared. Default: all of journalQuota.',
        unit: 'size',
        restart: 'process',
        example: '800MB',
      }),
    ),
  telemetryQuota: size()
    .optional()
    .meta(
      key({
        description:
          'Largest size of the telemetry stream. Beyond it the oldest records are deleted and the loss is declared. Default: a quarter of journalQuota.',
        unit: 'size',
        restart: 'process',
        example: '100MB',
      }),
    ),
  mediaQuota: size()
    .optional()
    .meta(
      key({
        description:
          'Largest size of the media stream: records about evidence, not the evidence itself. Beyond it the oldest records are deleted and the loss is declared. Default: a quarter of journalQuota.',
        unit: 'size',
        restart: 'process',
        example: '100MB',
      }),
    ),
  deliveredRetention: duration()
    .prefault('30d')
    .meta(
      key({
        description: 'How long records stay on the device after the collector has acknowledged them.',
        unit: 'duration',
        restart: 'process',
        example: '30d',
      }),
    ),
});
