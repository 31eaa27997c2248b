import { randomBytes } from 'node:crypto';
import { writeFileSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { loadavg, tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { Uplink } from '@lineside/uplink';
import { silentLogger, systemClock } from '@lineside/kit';
import { Journal, journalPath } from '../edge/src/journal/index.ts';
import { addDevice, collectorYaml, spawnCollector } from '../tests/support/collector.ts';
import { ordinaryEvents } from '../tests/support/ordinary-events.ts';
import { type Bench, type Column, loadNote, quantile, type Report, type Row } from './report.ts';

const QUOTA_BYTES = 2 ** 34;
const BOOT = '00000000-0000-4000-8000-000000000000';
const GROUP = 100;
const LOOK_MS = 20;

const COLUMNS: readonly Column[] = [
  { key: 'records' },
  { key: 'seconds', digits: 1 },
  { key: 'recordsPerSecond', digits: 0 },
  { key: 'bytesPerRecord', digits: 1 },
  { key: 'freshEvents' },
  { key: 'freshP50Ms', digits: 0 },
  { key: 'freshP95Ms', digits: 0 },
  { key: 'cpuMicrosecondsPerRecord', digits: 1 },
  { key: 'rssBeforeMb', digits: 0 },
  { key: 'rssHalfwayMb', digits: 0 },
  { key: 'rssPeakMb', digits: 0 },
  { key: 'sentTwice' },
];

/** A backlog in the journal, a collector that comes back, and events that go on happening meanwhile. */
export const drain: Bench = {
  name: 'drain',
  what: 'a backlog from the journal to rows committed by the collector, through a real broker, while new events happen',
  async run({ quick, log, signal }) {
    const loadBefore = loadavg()[0] ?? 0;
    const folder = await mkdtemp(join(tmpdir(), 'lineside-bench-'));
    try {
      const row = await measure(folder, quick ? 50_000 : 1_000_000, log, signal);
      return report(row, loadBefore);
    } finally {
      await rm(folder, { recursive: true, force: true });
    }
  },
};

async function measure(folder: string, events: number, log: (line: string) => void, signal: AbortSignal): Promise<Row> {
  const config = join(folder, 'collector.yaml');
  const data = join(folder, 'collector');
  writeFileSync(config, collectorYaml('http: {listen: "127.0.0.1:0"}\n'));
  const password = await addDevice(data, 'line-1');
  const collector = await spawnCollector(config, data);
  const journal = openJournal(join(folder, 'box'));
  try {
    const happen = ordinaryEvents(1);
    log(`${events} events are written`);
    for (let n = 0; n < events; n += GROUP) {
      signal.throwIfAborted();
      journal.append(Array.from({ length: GROUP }, () => happen.next().value).flat());
      if (n % 10_000 === 0) await sleep(0);
    }
    const uplink = new Uplink({
      broker: { url: collector.at.mqtt, username: 'line-1', password },
      outbox: journal,
      clock: systemClock,
      log: silentLogger,
      random: Math.random,
    });
    const stop = new AbortController();
    const running = uplink.run(stop.signal);
    log('and drained');
    const row = await follow(journal, uplink, happen, signal);
    stop.abort();
    await running;
    return row;
  } finally {
    journal.close();
    await collector.process[Symbol.asyncDispose]();
  }
}

function openJournal(folder: string): Journal {
  return Journal.open({
    path: journalPath(folder),
    device: 'line-1',
    boot: BOOT,
    clock: systemClock,
    log: silentLogger,
    random: randomBytes,
    synced: () => true,
    quotaBytes: QUOTA_BYTES,
  });
}

/** Until nothing waits: one new event at a time, written as soon as the one before is known to be committed. */
async function follow(
  journal: Journal,
  uplink: Uplink,
  happen: ReturnType<typeof ordinaryEvents>,
  signal: AbortSignal,
): Promise<Row> {
  const records = queuedIn(journal);
  const startedMs = performance.now();
  const cpu = process.cpuUsage();
  const rssMb = (): number => process.memoryUsage().rss / 1e6;
  const before = rssMb();
  let halfway = before;
  let peak = before;
  const latenessMs: number[] = [];
  let fresh: { readonly seq: number; readonly atMs: number } | undefined;
  for (let queued = records; queued > 0; queued = queuedIn(journal)) {
    await sleep(LOOK_MS, undefined, { signal });
    peak = Math.max(peak, rssMb());
    if (queued > records / 2) halfway = rssMb();
    if (fresh !== undefined && journal.confirmed('events', fresh.seq)) {
      latenessMs.push(performance.now() - fresh.atMs);
      fresh = undefined;
    }
    // Near the end there is no backlog left to overtake.
    if (fresh !== undefined || queued < records / 10) continue;
    const position = journal.append(happen.next().value).find(({ stream }) => stream === 'events');
    if (position !== undefined) fresh = { seq: position.seq, atMs: performance.now() };
  }
  const seconds = (performance.now() - startedMs) / 1000;
  const { user, system } = process.cpuUsage(cpu);
  const { sent: wire } = uplink.snapshot();
  const written = Object.values(journal.ends()).reduce((sum, { seq }) => sum + seq, 0);
  return {
    records,
    seconds,
    recordsPerSecond: records / seconds,
    bytesPerRecord: wire.bytes / wire.records,
    freshEvents: latenessMs.length,
    freshP50Ms: latenessMs.length === 0 ? null : quantile(latenessMs, 0.5),
    freshP95Ms: latenessMs.length === 0 ? null : quantile(latenessMs, 0.95),
    cpuMicrosecondsPerRecord: (user + system) / records,
    rssBeforeMb: before,
    rssHalfwayMb: halfway,
    rssPeakMb: peak,
    sentTwice: wire.records - written,
  };
}

function queuedIn(journal: Journal): number {
  return Object.values(journal.stats()).reduce((sum, { queued }) => sum + queued, 0);
}

function report(row: Row, loadBefore: number): Report {
  return {
    bench: 'drain',
    what: drain.what,
    columns: COLUMNS,
    upright: true,
    rows: [row],
    notes: [
      'Records: events of three rules, as they open, change and close, and one record for each picture.',
      'Journal and uplink in this process; the collector with SQLite and its Mosquitto in others, on the same cores.',
      'Fresh: from the return of append to the ack of that very number in the journal, seen every 20 ms.',
      'Bytes: payloads of the batches as they were published; without MQTT, TCP and TLS.',
      loadNote(loadBefore),
    ],
  };
}
