import { mkdtemp, rm } from 'node:fs/promises';
import { randomBytes } from 'node:crypto';
import { loadavg, tmpdir } from 'node:os';
import { join } from 'node:path';
import { canonicalJson, chainNext, type EventBody } from '@lineside/protocol';
import Database from 'better-sqlite3';
import { silentLogger, systemClock } from '@lineside/kit';
import { Journal } from '../edge/src/journal/index.ts';
import { measureStart } from './journal-start.ts';
import {
  type Bench,
  type BenchOptions,
  type Column,
  loadNote,
  quantile,
  type Report,
  type Row,
  spreadOver,
} from './report.ts';

const GROUP_SIZES = [1, 64];
const QUOTA_BYTES = 2 ** 32;
const DEVICE = 'bench';
/** Records written before anything is measured. */
const WARM_UP = 64;

const COLUMNS: readonly Column[] = [
  { key: 'eventsPerTransaction' },
  { key: 'eventsPerSecond', digits: 0 },
  { key: 'bareEventsPerSecond', digits: 0 },
  { key: 'fractionOfBare', digits: 2 },
  { key: 'commitP50Ms', digits: 2 },
  { key: 'commitP99Ms', digits: 2 },
  { key: 'bareCommitP50Ms', digits: 2 },
  { key: 'bareCommitP99Ms', digits: 2 },
  { key: 'cpuMicrosecondsPerEvent', digits: 0 },
  { key: 'bareCpuMicrosecondsPerEvent', digits: 0 },
];

export const journal: Bench = {
  name: 'journal',
  what: 'events a second in the journal, beside bare better-sqlite3 with the same tables and synchronous=FULL',
  async run(options) {
    const appends = await measureAppends(options);
    return { ...appends, tables: [await measureStart(options)] };
  },
};

/** Events a second, beside bare better-sqlite3. */
export async function measureAppends(options: BenchOptions): Promise<Report> {
  const { quick, log, signal } = options;
  const seconds = options.seconds ?? (quick ? 0.5 : 3);
  const rounds = quick ? 1 : 5;
  const folder = await mkdtemp(join(tmpdir(), 'lineside-bench-'));
  const [loadBefore = 0] = loadavg();
  try {
    const arms = openArms(folder);
    const rows = GROUP_SIZES.map((): Row[] => []);
    for (let round = 1; round <= rounds; round += 1) {
      for (const [at, size] of GROUP_SIZES.entries()) {
        signal.throwIfAborted();
        log(`${size} to a transaction, round ${round} of ${rounds}`);
        rows[at]?.push(rowOf(size, measure(arms.journal, size, seconds), measure(arms.bare, size, seconds)));
      }
    }
    arms.close();
    const measured = rows.map((taken) => spreadOver(taken, COLUMNS));
    return report(measured, rows.flat(), { rounds, seconds, loadBefore });
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

/** Writes so many events in one transaction. */
type Write = (count: number) => void;

interface Arms {
  readonly journal: Write;
  readonly bare: Write;
  readonly close: () => void;
}

/** Both write to a file of their own on the same disk. */
function openArms(folder: string): Arms {
  const ours = openJournal(join(folder, 'ours.db'));
  // The tables and everything that is set in the file come from the journal itself.
  const path = join(folder, 'bare.db');
  openJournal(path).close();
  const database = new Database(path);
  database.pragma('journal_mode = WAL');
  database.pragma('synchronous = FULL');
  const bare = bareWrite(database);
  const journaled = (count: number): void => {
    const entries = Array.from(
      { length: count },
      (_, n) => ({ stream: 'events', kind: 'event', body: body(n) }) as const,
    );
    ours.append(entries);
  };
  for (let n = 0; n < WARM_UP; n += 1) [journaled, bare].forEach((write) => write(1));
  return {
    journal: journaled,
    bare,
    close: () => {
      ours.close();
      database.close();
    },
  };
}

function openJournal(path: string): Journal {
  return Journal.open({
    path,
    device: DEVICE,
    boot: 'bench',
    clock: systemClock,
    log: silentLogger,
    random: randomBytes,
    synced: () => true,
    quotaBytes: QUOTA_BYTES,
  });
}

/** The least that a numbered, chained record costs in SQLite: its row and where its stream stands, text and hash ready. */
function bareWrite(database: Database.Database): Write {
  const insert = database.prepare('INSERT INTO record_events(seq, kind, json, hash) VALUES (?, ?, ?, ?)');
  const advance = database.prepare("UPDATE stream_head SET next_seq = ?, head = ? WHERE stream = 'events'");
  const json = canonicalJson({
    s: 1,
    id: '01980000-0000-7000-8000-000000000000',
    k: 'event',
    t: 1,
    m: 1,
    q: 'good',
    boot: 'bench',
    b: body(1),
  });
  const hash = Buffer.from(chainNext('00', json), 'hex');
  let next = 1;
  const all = database.transaction((count: number) => {
    for (let n = 0; n < count; n += 1) {
      insert.run(next, 'event', json, hash);
      next += 1;
      advance.run(next, hash);
    }
  });
  return (count) => all.immediate(count);
}

/** As the recorder makes it, in the order of the canonical text. */
function body(n: number): EventBody {
  return {
    box: [101.25, 204.5, 180.75, 331.125],
    camera: 'product',
    event: '01980000-0000-7000-8000-000000000000',
    frame: { height: 1080, index: n, width: 1920 },
    kind: 'quality_issue',
    label: 'defect',
    durationMs: n,
    model: { degraded: false, id: 'defect', sha256: '0'.repeat(64) },
    phase: 'opened',
    rule: 'product-defect',
    score: 0.875,
    severity: 'warning',
    zone: 'belt',
  };
}

interface Pace {
  readonly eventsPerSecond: number;
  readonly commitMs: readonly number[];
  readonly cpuMicroseconds: number;
}

function measure(write: Write, count: number, seconds: number): Pace {
  const commitMs: number[] = [];
  const cpu = process.cpuUsage();
  const startedMs = performance.now();
  let nowMs = startedMs;
  while (nowMs - startedMs < seconds * 1000) {
    const beforeMs = nowMs;
    write(count);
    nowMs = performance.now();
    commitMs.push(nowMs - beforeMs);
  }
  const { user, system } = process.cpuUsage(cpu);
  const events = commitMs.length * count;
  return {
    eventsPerSecond: (events * 1000) / (nowMs - startedMs),
    commitMs,
    cpuMicroseconds: (user + system) / events,
  };
}

function rowOf(eventsPerTransaction: number, ours: Pace, bare: Pace): Row {
  return {
    eventsPerTransaction,
    eventsPerSecond: ours.eventsPerSecond,
    bareEventsPerSecond: bare.eventsPerSecond,
    fractionOfBare: ours.eventsPerSecond / bare.eventsPerSecond,
    commitP50Ms: quantile(ours.commitMs, 0.5),
    commitP99Ms: quantile(ours.commitMs, 0.99),
    bareCommitP50Ms: quantile(bare.commitMs, 0.5),
    bareCommitP99Ms: quantile(bare.commitMs, 0.99),
    cpuMicrosecondsPerEvent: ours.cpuMicroseconds,
    bareCpuMicrosecondsPerEvent: bare.cpuMicroseconds,
  };
}

function report(
  rows: readonly Row[],
  rounds: readonly Row[],
  { rounds: count, seconds, loadBefore }: { rounds: number; seconds: number; loadBefore: number },
): Report {
  return {
    bench: 'journal',
    what: journal.what,
    columns: COLUMNS,
    upright: true,
    rows,
    rounds,
    facts: {
      rounds: count,
      secondsPerArm: seconds,
      loadAverageBefore: loadBefore,
      loadAverageAfter: loadavg()[0] ?? 0,
    },
    notes: [
      `Median of ${count} round(s) of ${seconds} s, lowest and highest in brackets; journal and bare take turns.`,
      'Bare: the same row and the same stream head in one transaction, its text and hash made before; the journal makes id, time label, canonical JSON and chain hash.',
      'Commits wait for the disk: both lines say more of it than of the program. CPU per event does not.',
      'The line journals one event to a transaction; groups are what an import or a burst could do.',
      loadNote(loadBefore),
    ],
  };
}
