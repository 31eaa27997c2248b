import type { Logger } from '@lineside/kit';

export const JOURNAL_ALARMS = [
  'audit_rejected',
  'disk_full',
  'wal_large',
  'journal_quarantined',
  'journal_behind_collector',
  'journal_replaced',
  'signing_key_changed',
  'quota_reached',
  'evidence_unwritable',
] as const;
export type JournalAlarmCode = (typeof JOURNAL_ALARMS)[number];

/** A condition of the data folder that a person must see now. Wall ms. */
export interface JournalAlarm {
  readonly code: JournalAlarmCode;
  readonly message: string;
  /** Printed after `Try:`. */
  readonly advice: string;
  readonly sinceMs: number;
  readonly times: number;
}

const ADVICE: Readonly<Record<JournalAlarmCode, string>> = {
  audit_rejected: 'restore the link to the collector, or raise storage.auditQuota: audit records are never evicted',
  disk_full: 'free space on the disk of the data folder: something else fills it, or storage.journalQuota is too high',
  wal_large: 'look for a program that keeps the journal open for reading; if there is none, restart the service',
  journal_quarantined: 'read the audit records of this start; keep the folder `quarantine` for examination',
  journal_behind_collector: 'restart the service: it then begins a new epoch; find out who restored the data folder',
  journal_replaced:
    'find out who deleted or replaced it; the service saves what it still holds and goes on under a new epoch',
  signing_key_changed:
    'find out who changed DATA/identity/journal.key; where that was you, tell the keepers of the collector the new key',
  quota_reached:
    'restore the link to the collector, or raise the quota under storage: undelivered records were evicted',
  evidence_unwritable:
    'check folder, permissions, free space and inodes of `evidence` in the data folder: events are recorded without pictures',
};

/** Alarms of the data folder: each is raised once, counted while it lasts, and logged again at growing intervals. */
export class JournalAlarms {
  readonly #log: Logger;
  readonly #wallMs: () => number;
  readonly #raised = new Map<JournalAlarmCode, JournalAlarm>();
  readonly #latestMs = new Map<JournalAlarmCode, number>();

  constructor(log: Logger, wallMs: () => number) {
    this.#log = log;
    this.#wallMs = wallMs;
  }

  raise(code: JournalAlarmCode, message: string): void {
    const before = this.#raised.get(code);
    const sinceMs = before?.sinceMs ?? this.#wallMs();
    const times = (before?.times ?? 0) + 1;
    this.#latestMs.set(code, this.#wallMs());
    this.#raised.set(code, { code, message, advice: ADVICE[code], sinceMs, times });
    // The 1st, 2nd, 4th, 8th, ...: often at first, and never a flood.
    if (Math.log2(times) % 1 === 0) this.#log.error({ code, times, advice: ADVICE[code] }, message);
  }

  clear(code: JournalAlarmCode): void {
    if (this.#raised.delete(code)) this.#log.info({ code }, 'an alarm of the data folder has ended');
  }

  /** Clears an alarm about something that happened, when it has not happened again for `ms`. */
  expire(code: JournalAlarmCode, ms: number): void {
    if (this.#wallMs() - (this.#latestMs.get(code) ?? 0) >= ms) this.clear(code);
  }

  list(): readonly JournalAlarm[] {
    return [...this.#raised.values()];
  }
}
