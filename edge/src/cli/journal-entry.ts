import type { LineFacts, LogSeverity } from './text/log-line.ts';

/** One entry of the journal of systemd. */
export interface JournalEntry {
  /** Of its message; more than one where the message has line ends, none where it has no message. */
  readonly lines: readonly string[];
  readonly facts: LineFacts;
}

/** What is asked of journalctl; it adds the time to each entry. */
export const ENTRY_FIELDS = ['MESSAGE', 'PRIORITY', '_TRANSPORT'] as const;

/** Severities by the numbers of syslog, 0 to 7. */
const SEVERITIES: readonly LogSeverity[] = ['error', 'error', 'error', 'error', 'warn', 'info', 'info', 'debug'];
/** What systemd writes down for a line of stdout or stderr that names no number itself. */
const STREAM_PRIORITY = '6';

/**
 * Reads one line of `journalctl -o json`. Every field may be missing, null, a text, a list of bytes (where it is not
 * printable UTF-8) or a list of those (where it was given several times). Undefined for what is no entry: a piece of one that is
 * too long for a line.
 */
export function readJournalEntry(text: string): JournalEntry | undefined {
  const fields = fieldsOf(text);
  if (fields === undefined) return undefined;
  const [priority, transport] = [textsOf(fields['PRIORITY'])[0], textsOf(fields['_TRANSPORT'])[0]];
  const atMs = Math.trunc(Number(textsOf(fields['__REALTIME_TIMESTAMP'])[0]) / 1000);
  return {
    lines: textsOf(fields['MESSAGE']).flatMap((message) => message.split(/\r?\n/)),
    facts: { severity: severityOf(priority, transport), ...(Number.isFinite(atMs) ? { atMs } : {}) },
  };
}

/** An error where nothing says otherwise: the words of a crash come over stderr. */
function severityOf(priority: string | undefined, transport: string | undefined): LogSeverity {
  if (priority === undefined || !/^[0-7]$/.test(priority)) return 'error';
  if (transport === 'stdout' && priority === STREAM_PRIORITY) return 'error';
  return SEVERITIES[Number(priority)] ?? 'error';
}

function fieldsOf(text: string): Readonly<Record<string, unknown>> | undefined {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === 'object' && value !== null && !Array.isArray(value) ? { ...value } : undefined;
  } catch (error) {
    if (error instanceof SyntaxError) return undefined;
    throw error;
  }
}

function textsOf(value: unknown): readonly string[] {
  const one = textOf(value);
  if (one !== undefined) return [one];
  return Array.isArray(value) ? value.flatMap((item: unknown) => textOf(item) ?? []) : [];
}

function textOf(value: unknown): string | undefined {
  if (typeof value === 'string') return value;
  if (!Array.isArray(value) || value.length === 0) return undefined;
  const items: readonly unknown[] = value;
  const bytes = items.filter(
    (item): item is number => Number.isInteger(item) && Number(item) >= 0 && Number(item) < 256,
  );
  // Not fatal: what is no UTF-8 is shown as the replacement character.
  return bytes.length === items.length ? new TextDecoder().decode(Uint8Array.from(bytes)) : undefined;
}
