import { type ErrorFacts, LinesideError, messageOf, systemCode } from '@lineside/kit';

/** Codes of the errors of the journal. */
export const JOURNAL_ERROR_CODES = [
  'data_folder_unwritable',
  'journal_locked',
  'journal_absent',
  'journal_foreign',
  'journal_newer',
  'journal_other_device',
  'journal_not_durable',
  'journal_damaged',
  'journal_full',
  'journal_io',
  'record_refused',
  'audit_full',
  'ack_beyond',
  'ack_forked',
] as const;
export type JournalErrorCode = (typeof JOURNAL_ERROR_CODES)[number];

export class JournalError extends LinesideError {
  override readonly name = 'JournalError';
  override readonly code: JournalErrorCode;

  constructor(facts: ErrorFacts & { readonly code: JournalErrorCode }) {
    super(facts);
    this.code = facts.code;
  }
}

/** True where SQLite ran out of pages: the quota's or the disk's. */
export function isFull(thrown: unknown): boolean {
  return systemCode(thrown) === 'SQLITE_FULL';
}

/** What SQLite or the file system threw while `doing`, as a JournalError. */
export function journalError(thrown: unknown, path: string, doing: string): JournalError {
  if (thrown instanceof JournalError) return thrown;
  const code = systemCode(thrown) ?? '';
  const what = `${doing} ${path}: ${messageOf(thrown)}`;
  if (code === 'SQLITE_CORRUPT' || code.startsWith('SQLITE_CORRUPT_') || code === 'SQLITE_NOTADB') {
    return new JournalError({
      code: 'journal_damaged',
      message: what,
      advice:
        'move the data folder to another place, keep it for recovery, check the disk (smartctl, dmesg), and start again',
      cause: thrown,
    });
  }
  if (code === 'SQLITE_FULL' || code === 'ENOSPC') {
    return new JournalError({
      code: 'journal_full',
      message: what,
      advice: 'free space on the disk of the data folder, or raise storage.journalQuota',
      retry: 'later',
      cause: thrown,
    });
  }
  if (['EACCES', 'EPERM', 'EROFS', 'ENOTDIR', 'EEXIST'].includes(code) || /^SQLITE_(CANTOPEN|READONLY)/.test(code)) {
    return new JournalError({
      code: 'data_folder_unwritable',
      message: what,
      advice: 'give the service its own writable data folder (--data DIR), on a disk that is not mounted read-only',
      cause: thrown,
    });
  }
  return new JournalError({
    code: 'journal_io',
    message: what,
    advice: 'check the disk (dmesg, smartctl) and the permissions of the data folder',
    retry: 'later',
    cause: thrown,
  });
}

export function refused(kind: string, why: string, cause?: unknown): JournalError {
  return new JournalError({
    code: 'record_refused',
    message: `a record of kind ${kind} cannot be sent: ${why}`,
    advice: 'report this: the record contains a value that JSON cannot represent',
    cause,
  });
}

export function auditFull(path: string): JournalError {
  return new JournalError({
    code: 'audit_full',
    message: `${path}: audit records have used up their quota, and those that the collector lacks are never evicted`,
    advice: 'restore the link to the collector, or raise storage.auditQuota',
    retry: 'later',
  });
}

export function damaged(path: string, stream: string, seq: number): JournalError {
  return new JournalError({
    code: 'journal_damaged',
    message: `${path} lacks number ${seq} of ${stream}, which must be there`,
    advice: 'run `lineside journal verify`; keep a copy of the data folder before anything else',
  });
}
