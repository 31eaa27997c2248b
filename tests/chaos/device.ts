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
import { deviceKey, FileWatch, HeadSigner, Journal, JournalAlarms, journalPath } from '../../edge/src/journal/index.ts';
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
  /** Signs the heads of its chains so often; never when left out. */
  readonly signEveryMs?: number;
  /** Looks after its file as the service does, and opens its journal again where that is necessary. */
  readonly watchFile?: boolean;
  /** The wall clock steps to `offsetMs` from the right time, after so long. */
  readonly steps?: readonly { readonly afterMs: number; readonly offsetMs: number }[];
}

/** Its report about itself. */
export interface DeviceReport {
  /** Rises with each report of this process. */
  readonly number: number;
  readonly epoch: string;
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
const boot = randomBytes(8).toString('hex');
const clock = steppingClock(options.steps ?? []);
let journal = openJournal();
let uplink = makeUplink();

const stop = new AbortController();
let generating = true;
process.once('SIGUSR2', () => (generating = false));
process.once('SIGTERM', () => stop.abort());

const watching = new Map<number, number>();
const freshMs: number[] = [];
let reports = 0;

for (;;) {
  const ended = new AbortController();
  const signal = AbortSignal.any([stop.signal, ended.signal]);
  journal.onReopen(() => ended.abort());
  const parts = [send(signal), append(signal), report(signal), lookAfterFile(signal)];
  await Promise.all(parts).catch((error: unknown) => {
    // As a service that ends with an error and is started again.
    if (options.watchFile !== true) throw error;
    writeSync(1, `failed ${error instanceof Error ? error.message.replaceAll('\n', ' ') : String(error)}\n`);
  });
  ended.abort();
  await Promise.allSettled(parts);
  journal.close();
  if (stop.signal.aborted || options.watchFile !== true) break;
  journal = openJournal();
  uplink = makeUplink();
  watching.clear();
}

function openJournal(): Journal {
  const opened = Journal.open({
    path: journalPath(options.data),
    device: options.device,
    boot,
    clock,
    log: silentLogger,
    random: randomBytes,
    synced: () => false,
    quotaBytes: options.quotaBytes ?? 4e9,
    ballastBytes: 0,
  });
  if (options.synchronous === 'NORMAL') opened.database.pragma('synchronous = NORMAL');
  return opened;
}

async function send(signal: AbortSignal): Promise<void> {
  if (uplink !== undefined) return uplink.run(signal);
  if (options.broker !== undefined) return trustPuback(journal, options.broker, signal);
}

/** What the maintenance of the service does: it marks how far the journal has come, signs, and looks at the file. */
async function lookAfterFile(signal: AbortSignal): Promise<void> {
  if (options.watchFile !== true) return;
  const [of, path] = [journal, journalPath(options.data)];
  const alarms = new JournalAlarms(silentLogger, () => clock.wallMs());
  const watch = FileWatch.of({ path, epoch: of.epoch, alarms, onReplaced: () => of.reportReplaced() });
  const signer = new HeadSigner({ journal: of, key: deviceKey(options.data), clock });
  let signedMs = performance.now();
  while (!signal.aborted) {
    watch.round();
    of.mark();
    if (options.signEveryMs !== undefined && performance.now() - signedMs >= options.signEveryMs) {
      signedMs = performance.now();
      signer.sign();
    }
    await sleep(REPORT_MS, undefined, { signal }).catch(() => undefined);
  }
}

function makeUplink(): Uplink | undefined {
  const { broker: url, trusts, maxBytesPerS } = options;
  if (url === undefined || trusts === 'puback') return undefined;
  return new Uplink({
    broker: { url },
    outbox: journal,
    clock: systemClock,
    log: silentLogger,
    random: Math.random,
    tuning: { ...QUICK, ...options.tuning },
    ...(maxBytesPerS === undefined ? {} : { maxBytesPerS }),
  });
}

/** Writes at its pace; falls behind rather than ahead when the disk does. */
async function append(signal: AbortSignal): Promise<void> {
  const events = ordinaryEvents(options.seed + journal.ends().events.seq);
  const everyMs = options.perSecond > 0 ? (1000 * options.together) / options.perSecond : 0;
  let written = 0;
  let dueMs = performance.now();
  while (!signal.aborted && generating && everyMs > 0) {
    const entries = Array.from({ length: options.together }, () => events.next().value).flat();
    written += 1;
    if (written % 20 === 0) entries.push({ stream: 'telemetry', kind: 'telemetry', body: telemetryBody(written) });
    try {
      const positions = journal.append(entries);
      // Straight to the pipe: what is printed was promised.
      const last = new Map(positions.map(({ stream, seq }) => [stream, seq]));
      writeSync(1, [...last].map(([stream, seq]) => `promised ${stream} ${seq} ${journal.epoch}\n`).join(''));
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

async function report(signal: AbortSignal): Promise<void> {
  while (!signal.aborted) {
    reports += 1;
    const snapshot = uplink?.snapshot();
    const queued = snapshot?.queued ?? Object.values(journal.stats()).reduce((sum, stream) => sum + stream.queued, 0);
    const said: DeviceReport = {
      number: reports,
      epoch: journal.epoch,
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
      await sleep(LOOK_MS, undefined, { signal }).catch(() => undefined);
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
