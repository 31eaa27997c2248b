/**
 * A device without cameras, to be killed: appends what a line writes on an ordinary day to a real journal and runs the
 * real uplink. Prints `promised STREAM SEQ` for what is on its disk and `state {...}` now and then. SIGUSR2 ends the
 * events and lets it deliver; SIGTERM ends it in good order. Argument: DeviceOptions as JSON.
 */
import { randomBytes } from 'node:crypto';
import { statSync, writeSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { TUNING, type Tuning, Uplink } from '@lineside/uplink';
import { type Clock, silentLogger, systemClock } from '@lineside/kit';
import { Journal, journalPath } from '../../edge/src/journal/index.ts';
import { ordinaryEvents, telemetryBody } from '../support/ordinary-events.ts';
import { trustPuback } from './trust-puback.ts';

export interface DeviceOptions {
  readonly data: string;
  readonly device: string;
  readonly seed: number;
  /** Left out, nothing is sent. */
  readonly broker?: string;
  /** Incidents' transitions per second, and how many are written together. */
  readonly perSecond: number;
  readonly together: number;
  /** `puback`: the control arm, which deletes what the broker has taken. */
  readonly trusts: 'collector' | 'puback';
  readonly synchronous?: 'FULL' | 'NORMAL';
  readonly quotaBytes?: number;
  readonly maxBytesPerS?: number;
  readonly tuning?: Partial<Tuning>;
  /** The wall clock steps to `offsetMs` from the right time, after so long. */
  readonly steps?: readonly { readonly afterMs: number; readonly offsetMs: number }[];
}

/** Its report about itself. */
export interface DeviceReport {
  /** Rises with each report of this process. */
  readonly number: number;
  readonly link: string;
  readonly queued: number;
  readonly acked: number;
  readonly wireBytes: number;
  readonly wireRecords: number;
  readonly rssBytes: number;
  readonly diskBytes: number;
  readonly refused: number;
  /** Batches sent again, and connections made. */
  readonly resent: number;
  readonly connects: number;
  /** Batches on their way, records that wait by stream, and what went wrong last: for one that does not drain. */
  readonly inFlight: number;
  readonly waiting: Readonly<Record<string, number>>;
  readonly lastError: string | undefined;
  /** Milliseconds from an event's commit here until it was confirmed, for some of the newest. */
  readonly freshMs: readonly number[];
}

const REPORT_MS = 250;
const LOOK_MS = 25;
const QUICK: Partial<Tuning> = {
  reconnect: { firstMs: 100, maxMs: 1_000 },
  window: { ...TUNING.window, ackMs: 2_000, maxAckMs: 8_000 },
  silenceMs: 20_000,
};

const options = JSON.parse(process.argv[2] ?? '{}') as DeviceOptions;
const journal = Journal.open({
  path: journalPath(options.data),
  device: options.device,
  boot: randomBytes(8).toString('hex'),
  clock: steppingClock(options.steps ?? []),
  log: silentLogger,
  random: randomBytes,
  synced: () => false,
  quotaBytes: options.quotaBytes ?? 4e9,
  ballastBytes: 0,
});
if (options.synchronous === 'NORMAL') journal.database.pragma('synchronous = NORMAL');

const stop = new AbortController();
let generating = true;
process.once('SIGUSR2', () => (generating = false));
process.once('SIGTERM', () => stop.abort());

const uplink = options.broker === undefined || options.trusts === 'puback' ? undefined : makeUplink(options.broker);
const running =
  uplink?.run(stop.signal) ??
  (options.broker === undefined ? undefined : trustPuback(journal, options.broker, stop.signal));
const watching = new Map<number, number>();
const freshMs: number[] = [];

await Promise.all([running, append(), report()]);
journal.close();

function makeUplink(url: string): Uplink {
  return new Uplink({
    broker: { url },
    outbox: journal,
    clock: systemClock,
    log: silentLogger,
    random: Math.random,
    tuning: { ...QUICK, ...options.tuning },
    ...(options.maxBytesPerS === undefined ? {} : { maxBytesPerS: options.maxBytesPerS }),
  });
}

/** Writes at its pace; falls behind rather than ahead when the disk does. */
async function append(): Promise<void> {
  const events = ordinaryEvents(options.seed + journal.ends().events.seq);
  const everyMs = options.perSecond > 0 ? (1000 * options.together) / options.perSecond : 0;
  let written = 0;
  let dueMs = performance.now();
  while (!stop.signal.aborted && generating && everyMs > 0) {
    const entries = Array.from({ length: options.together }, () => events.next().value).flat();
    written += 1;
    if (written % 20 === 0) entries.push({ stream: 'telemetry', kind: 'telemetry', body: telemetryBody(written) });
    try {
      const positions = journal.append(entries);
      // Straight to the pipe: what is printed was promised.
      const last = new Map(positions.map(({ stream, seq }) => [stream, seq]));
      writeSync(1, [...last].map(([stream, seq]) => `promised ${stream} ${seq}\n`).join(''));
      const newest = last.get('events');
      if (newest !== undefined && watching.size < 64) watching.set(newest, performance.now());
    } catch (error) {
      writeSync(1, `refused ${error instanceof Error && 'code' in error ? String(error.code) : String(error)}\n`);
      await sleep(50);
    }
    dueMs = Math.max(dueMs + everyMs, performance.now() - 1_000);
    const waitMs = dueMs - performance.now();
    // Uplink and signals get their turn in any case.
    await (waitMs > 1 ? sleep(waitMs) : new Promise((resolve) => setImmediate(resolve)));
  }
}

async function report(): Promise<void> {
  for (let number = 1; !stop.signal.aborted; number += 1) {
    const snapshot = uplink?.snapshot();
    const queued = snapshot?.queued ?? Object.values(journal.stats()).reduce((sum, stream) => sum + stream.queued, 0);
    const said: DeviceReport = {
      number,
      link: snapshot?.link ?? 'none',
      queued,
      acked: snapshot?.acked ?? 0,
      wireBytes: snapshot?.sent.bytes ?? 0,
      wireRecords: snapshot?.sent.records ?? 0,
      rssBytes: process.memoryUsage.rss(),
      diskBytes: sizeOf(journalPath(options.data)) + sizeOf(`${journalPath(options.data)}-wal`),
      refused: Object.values(snapshot?.refused ?? {}).reduce((sum, count) => sum + count, 0),
      resent: snapshot?.resent ?? 0,
      connects: snapshot?.connects ?? 0,
      inFlight: snapshot?.inFlight ?? 0,
      waiting: Object.fromEntries(
        Object.entries(snapshot?.streams ?? {}).map(([stream, { queued }]) => [stream, queued]),
      ),
      lastError: snapshot?.lastError?.message,
      freshMs: freshMs.splice(0),
    };
    writeSync(1, `state ${JSON.stringify(said)}\n`);
    for (let waited = 0; waited < REPORT_MS; waited += LOOK_MS) {
      await sleep(LOOK_MS, undefined, { signal: stop.signal }).catch(() => undefined);
      noteConfirmed();
    }
  }
}

/** Which of the watched events are confirmed, ahead of a backlog too. */
function noteConfirmed(): void {
  if (watching.size === 0) return;
  const row = journal.database.prepare("SELECT acked, sack FROM stream_head WHERE stream = 'events'").get() as
    | { acked: number; sack: string }
    | undefined;
  if (row === undefined) return;
  const sack = JSON.parse(row.sack) as [number, number][];
  for (const [seq, atMs] of watching) {
    if (seq > row.acked && !sack.some(([a, b]) => seq >= a && seq <= b)) continue;
    freshMs.push(Math.round(performance.now() - atMs));
    watching.delete(seq);
  }
}

function steppingClock(steps: NonNullable<DeviceOptions['steps']>): Clock {
  const startedMs = performance.now();
  const offset = (): number => {
    const passed = performance.now() - startedMs;
    return steps.findLast(({ afterMs }) => passed >= afterMs)?.offsetMs ?? 0;
  };
  return { ...systemClock, wallMs: () => systemClock.wallMs() + offset() };
}

function sizeOf(path: string): number {
  return statSync(path, { throwIfNoEntry: false })?.size ?? 0;
}
