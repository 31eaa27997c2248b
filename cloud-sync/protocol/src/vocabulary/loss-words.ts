import type { Words } from './words.ts';

/** Why a device declares records lost: that of a tombstone, or with `journal_` before it that of a journal that begins anew. */
export const LOSS_REASONS = {
  quota: { en: 'the quota of the journal was reached', ru: 'журнал занял отведённое ему место' },
  stream_quota: { en: 'the quota of the stream was reached', ru: 'поток занял отведённое ему место' },
  disk_full: { en: 'the disk of the device was full', ru: 'диск устройства был заполнен' },
  delivered_and_pruned: { en: 'delivered before, and not kept', ru: 'уже доставлены и больше не хранятся' },
  journal_missing: { en: 'the journal was gone', ru: 'журнал пропал' },
  journal_damaged: { en: 'the journal was damaged', ru: 'журнал был повреждён' },
  journal_restored: { en: 'the journal was restored from a copy', ru: 'журнал восстановлен из копии' },
  journal_behind_collector: {
    en: 'the journal was older than what the collector has',
    ru: 'журнал был старше того, что есть у коллектора',
  },
} as const satisfies Readonly<Record<string, Words>>;
