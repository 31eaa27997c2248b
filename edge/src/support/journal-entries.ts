import { messageOf } from '@lineside/kit';
import { type JournalReader, journalPath, openJournalReader } from '../journal/reading.ts';
import type { BundleEntry } from './collect.ts';

const MOST_AUDIT = 500;
const MOST_TELEMETRY = 3_000;
const MOST_LOSSES = 100;
const HISTORY_MS = 24 * 3_600_000;

/** Figures of the journal, its newest audit records, and the figures of the last day. No events: they may show people. */
export function journalEntries(dataDir: string, nowMs: number): readonly BundleEntry[] {
  let reader: JournalReader;
  try {
    reader = openJournalReader(journalPath(dataDir));
  } catch (error) {
    return [{ name: 'journal.txt', about: 'why the journal could not be read', content: `${messageOf(error)}\n` }];
  }
  try {
    const { device, epoch } = reader;
    const stats = reader.stats();
    const losses = Object.keys(stats).map((stream) => [
      stream,
      reader.losses(stream as keyof typeof stats, MOST_LOSSES),
    ]);
    const figures = { device, epoch, stats, losses: Object.fromEntries(losses) as unknown };
    const from = (next: number | undefined, most: number): number => Math.max(1, (next ?? 1) - most);
    return [
      { name: 'journal.json', about: 'figures of the journal by stream, declared losses', content: pretty(figures) },
      {
        name: 'audit.jsonl',
        about: `the newest ${MOST_AUDIT} audit records: starts, changes, logins`,
        content: linesOf(reader.records('audit', from(stats.audit?.next, MOST_AUDIT))),
      },
      {
        name: 'metrics-history.jsonl',
        about: 'counters and production of the last 24 hours',
        content: linesOf(reader.records('telemetry', from(stats.telemetry?.next, MOST_TELEMETRY)), nowMs - HISTORY_MS),
      },
    ];
  } finally {
    reader.close();
  }
}

function linesOf(records: Iterable<{ readonly json: string }>, sinceMs = 0): string {
  const lines: string[] = [];
  for (const { json } of records) {
    if (sinceMs === 0 || Number(/"t":(\d+)/.exec(json)?.[1] ?? 0) >= sinceMs) lines.push(json);
  }
  return lines.length === 0 ? '' : `${lines.join('\n')}\n`;
}

function pretty(value: unknown): string {
  return `${JSON.stringify(value, undefined, 2)}\n`;
}
