import type { EventSummary } from './event-summary.ts';

const COLUMNS: readonly (readonly [string, (event: EventSummary) => string | number | undefined])[] = [
  ['event', (event) => event.event],
  ['kind', (event) => event.kind],
  ['severity', (event) => event.severity],
  ['state', (event) => event.state],
  ['reason', (event) => event.reason],
  ['camera', (event) => event.camera],
  ['zone', (event) => event.zone],
  ['rule', (event) => event.rule],
  ['label', (event) => event.label],
  ['score', (event) => event.score],
  ['opened_at', (event) => new Date(event.openedAtMs).toISOString()],
  ['closed_at', (event) => (event.closedAtMs === undefined ? undefined : new Date(event.closedAtMs).toISOString())],
  ['duration_ms', (event) => event.durationMs],
  ['clock', (event) => event.clock],
  ['model', (event) => event.model?.id],
  ['model_sha256', (event) => event.model?.sha256],
  ['degraded', (event) => String(event.degraded)],
  ['snapshots', (event) => event.snapshots.join(' ')],
  ['first_seq', (event) => event.firstSeq],
  ['last_seq', (event) => event.lastSeq],
];

export const CSV_HEADER = COLUMNS.map(([name]) => name).join(',');

/** One line of CSV after RFC 4180, without its line end. */
export function csvRow(event: EventSummary): string {
  return COLUMNS.map(([, read]) => csvField(read(event))).join(',');
}

/** A text that a spreadsheet would take for a formula gets an apostrophe before it: names come from configurations. */
export function csvField(value: string | number | undefined): string {
  if (value === undefined) return '';
  const text = typeof value === 'string' && /^[=+\-@\t\r]/.test(value) ? `'${value}` : String(value);
  return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}
