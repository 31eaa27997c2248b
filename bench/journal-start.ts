import { mkdtemp, rm, stat } from 'node:fs/promises';
import { randomBytes } from 'node:crypto';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { EventBody } from '@lineside/protocol';
import { silentLogger, systemClock } from '@lineside/kit';
import { type DataFolder, openDataFolder } from '../edge/src/app/open-data-folder.ts';
import { closeStaleEvents, type EventReader } from '../edge/src/events/index.ts';
import { type Entry, Journal, journalPath } from '../edge/src/journal/index.ts';
import { type BenchOptions, type Column, quantile, type Report, type Row } from './report.ts';

const QUOTA_BYTES = 2 ** 34;
const RECORDS_IN_TRANSACTION = 6_000;
const CAMERAS = 4;
const RULES = 3;
const ROUNDS = 5;
const PAGE = 50;

const COLUMNS: readonly Column[] = [
  { key: 'records' },
  { key: 'events' },
  { key: 'fileMb', digits: 0 },
  { key: 'fillMs', digits: 0 },
  { key: 'startMs', digits: 1 },
  { key: 'firstPageMs', digits: 2 },
  { key: 'lastPageMs', digits: 2 },
  { key: 'filterWithoutMatchMs', digits: 2 },
  { key: 'timesWithoutMatchMs', digits: 2 },
];

/** How long the data folder takes to open, and the list of events to answer, by how much the journal holds. */
export async function measureStart({ quick, log, signal }: BenchOptions): Promise<Report> {
  const sizes = quick ? [0, 10_000, 100_000] : [0, 100_000, 1_000_000];
  const rows: Row[] = [];
  for (const records of sizes) {
    signal.throwIfAborted();
    log(`start with ${records} records`);
    const data = await mkdtemp(join(tmpdir(), 'lineside-bench-'));
    try {
      rows.push(await measure(data, records));
    } finally {
      await rm(data, { recursive: true, force: true });
    }
  }
  return {
    bench: 'journal',
    what: 'start with a journal that holds records, and how soon the list of events answers',
    columns: COLUMNS,
    upright: true,
    rows,
    notes: [
      'Each event has three records: opened, updated, closed.',
      'Fill: once, when a journal that an older version wrote is opened; in service it runs in steps beside the line.',
      `Start: opening the data folder and closing events that were left open; median of ${ROUNDS}.`,
      `Pages of ${PAGE} events. Without match: a rule and a camera that exist but never together; a time after all events.`,
    ],
  };
}

async function measure(data: string, records: number): Promise<Row> {
  write(data, records);
  const fillMs = elapsedMs(() => {
    const store = open(data);
    while (!store.eventTable.fill());
    store.close();
  });
  const starts = Array.from({ length: ROUNDS }, () => startMs(data));
  const store = open(data);
  const { events } = store;
  const { size } = await stat(journalPath(data));
  const row = {
    records,
    events: Math.floor(records / 3),
    fileMb: size / 1e6,
    fillMs,
    startMs: quantile(starts, 0.5),
    firstPageMs: pageMs(events, {}),
    lastPageMs: pageMs(events, {}, PAGE),
    filterWithoutMatchMs: pageMs(events, { rule: 'rule-0', camera: `camera-1` }),
    timesWithoutMatchMs: pageMs(events, { since: systemClock.wallMs() + 86_400_000 }),
  };
  store.close();
  return row;
}

function startMs(data: string): number {
  let store: DataFolder | undefined;
  const took = elapsedMs(() => {
    store = open(data);
    closeStaleEvents(store.journal, store.events, store.journal.ends().events.seq, silentLogger);
  });
  store?.close();
  return took;
}

function pageMs(events: EventReader, filter: Parameters<EventReader['page']>[1], before?: number): number {
  const rounds = Array.from({ length: ROUNDS }, () => elapsedMs(() => events.page(PAGE, filter, before)));
  return quantile(rounds, 0.5);
}

function elapsedMs(work: () => void): number {
  const startedMs = performance.now();
  work();
  return performance.now() - startedMs;
}

function open(data: string): DataFolder {
  return openDataFolder({
    data,
    device: 'bench',
    boot: 'bench',
    clock: systemClock,
    log: silentLogger,
    journalQuotaBytes: QUOTA_BYTES,
    evidenceQuotaBytes: QUOTA_BYTES,
    keepDeliveredMs: 86_400_000,
    synced: () => true,
  });
}

/** Writes the records without a table of events, as an older version did. */
function write(data: string, records: number): void {
  const path = journalPath(data);
  const system = { clock: systemClock, log: silentLogger, random: randomBytes, synced: () => true };
  const journal = Journal.open({ path, device: 'bench', boot: 'bench', quotaBytes: QUOTA_BYTES, ...system });
  for (let done = 0; done < records; done += RECORDS_IN_TRANSACTION) {
    const count = Math.min(RECORDS_IN_TRANSACTION, records - done);
    journal.append(Array.from({ length: count }, (_, n) => entry(done + n)));
  }
  journal.close();
}

/** Each rule watches cameras of its own: rule 0 never reports from camera 1. */
function entry(n: number): Entry {
  const event = Math.floor(n / 3);
  const rule = event % RULES;
  const camera = ((event * RULES + rule) * RULES) % CAMERAS;
  const body: EventBody = {
    box: [101.2, 204.5, 180.7, 331.1],
    camera: `camera-${rule === 0 && camera === 1 ? 0 : camera}`,
    durationMs: n,
    event: `01980000-0000-7000-8000-${event.toString(16).padStart(12, '0')}`,
    frame: { height: 1080, index: n, width: 1920 },
    kind: 'quality_issue',
    label: 'defect',
    model: { degraded: false, id: 'defect', sha256: '0'.repeat(64) },
    phase: (['opened', 'updated', 'closed'] as const)[n % 3] ?? 'closed',
    ...(n % 3 === 2 ? { reason: 'cleared' } : {}),
    rule: `rule-${rule}`,
    score: 0.875,
    severity: 'warning',
    zone: 'belt',
  };
  return { stream: 'events', kind: 'event', body };
}
