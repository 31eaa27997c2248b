import { randomBytes } from 'node:crypto';
import { writeFileSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { loadavg, tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { TUNING } from '@lineside/uplink';
import { silentLogger, systemClock } from '@lineside/kit';
import { Journal, journalPath, openJournalReader } from '../edge/src/journal/index.ts';
import { findPostgres } from '../tests/chaos/installed.ts';
import { World } from '../tests/chaos/world.ts';
import { ordinaryEvents } from '../tests/support/ordinary-events.ts';
import { measureAppends } from './journal.ts';
import { type Bench, type Column, loadNote, type Row, spreadOver } from './report.ts';
import { mosquittoBridge, mqttjsStore, type PeerResult } from './sync/peers.ts';

const GROUP = 500;
const DRAIN_MS = 300_000;

const COLUMNS: readonly Column[] = [
  { key: 'way' },
  { key: 'eventsPerSecond', digits: 0 },
  { key: 'events', digits: 0 },
  { key: 'lost', digits: 0 },
  { key: 'lostOverKill', digits: 0 },
  { key: 'bytesPerEventOnWire', digits: 1 },
  { key: 'deviceRssAtHalfMb', digits: 0 },
  { key: 'deviceRssAtEndMb', digits: 0 },
];

interface Sizes {
  readonly events: number;
  readonly peerEvents: number;
  readonly folder: string;
  readonly log: (line: string) => void;
}

export const sync: Bench = {
  name: 'sync',
  what: 'events a second from the journal to committed rows through a real broker, beside COPY, mqtt.js and a bridge',
  async run(options) {
    const { quick, log, signal } = options;
    const rounds = quick ? 1 : 3;
    const folder = await mkdtemp(join(tmpdir(), 'lineside-bench-'));
    const [loadBefore = 0] = loadavg();
    const sizes = { events: quick ? 50_000 : 300_000, peerEvents: quick ? 5_000 : 30_000, log };
    const ways = waysOf();
    const rows = ways.map((): Row[] => []);
    try {
      for (let round = 1; round <= rounds; round += 1) {
        for (const [at, way] of ways.entries()) {
          signal.throwIfAborted();
          log(`${way.name}, round ${round} of ${rounds}`);
          const own = join(folder, `${round}-${at}`);
          rows[at]?.push({ way: way.name, ...(await way.run({ ...sizes, folder: own })) });
          await rm(own, { recursive: true, force: true, maxRetries: 5, retryDelay: 100 });
        }
      }
    } finally {
      await rm(folder, { recursive: true, force: true, maxRetries: 5, retryDelay: 100 });
    }
    const journaled = await measureAppends(options);
    return {
      bench: 'sync',
      what: sync.what,
      columns: COLUMNS,
      upright: true,
      rows: rows.map((taken) => spreadOver(taken, COLUMNS)),
      rounds: rows.flat(),
      facts: { rounds, loadAverageBefore: loadBefore, ...factsOf(journaled.rows) },
      notes: [
        `Median of ${rounds} round(s), lowest and highest in brackets; the ways take turns.`,
        'Ours: device, broker, collector and database are processes of their own on this machine; from the start of the device until the last is confirmed. Events are those of an ordinary day, pictures` records among them.',
        'COPY: the same rows from a file into the same table in one statement: what the database alone can take.',
        'Peers: one message per event, QoS 1, a subscriber with a session that outlives it, rows in SQLite; publisher and subscriber share a process.',
        'Lost over kill: the same again; on the way the collector (the peers` subscriber) goes without a word, then kill -9 of the broker, and both come back.',
        ...(findPostgres() ? [] : ['PostgreSQL is not installed: its rows are left out.']),
        ...journaled.rows.map(
          (row) => `Journal, ${String(row['eventsPerTransaction'])} to a transaction: ${rate(row)}.`,
        ),
        loadNote(loadBefore),
      ],
    };
  },
};

interface Way {
  readonly name: string;
  run(sizes: Sizes): Promise<Row>;
}

function waysOf(): readonly Way[] {
  const ours = (store: 'sqlite' | 'postgres'): Way => ({
    name: `journal to ${store === 'sqlite' ? 'SQLite' : 'PostgreSQL'}`,
    run: async (sizes) => {
      const [uninterrupted, interrupted] = [await oursOver(store, sizes, false), await oursOver(store, sizes, true)];
      return { ...uninterrupted, lostOverKill: interrupted['lost'] ?? null };
    },
  });
  const peer = (name: string, run: typeof mqttjsStore): Way => ({
    name,
    run: async ({ folder, peerEvents }) => {
      const journal = fill(folder, peerEvents, 'peer');
      const texts = textsOf(folder).slice(0, peerEvents);
      journal.close();
      const both: PeerResult[] = [];
      for (const cut of [false, true]) both.push(await run({ folder, events: texts, cut }));
      const [uninterrupted, interrupted] = both;
      const { eventsPerSecond = Number.NaN, lost = Number.NaN } = uninterrupted ?? {};
      return { eventsPerSecond, events: texts.length, lost, lostOverKill: interrupted?.lost ?? null };
    },
  });
  const postgres = findPostgres() ? [ours('postgres'), { name: 'COPY into PostgreSQL', run: copied }] : [];
  return [
    ours('sqlite'),
    ...postgres,
    peer('mqtt.js as the queue', mqttjsStore),
    peer('Mosquitto bridge', mosquittoBridge),
  ];
}

/** From a journal that was filled offline to rows at the collector. */
async function oursOver(store: 'sqlite' | 'postgres', sizes: Sizes, kill: boolean): Promise<Row> {
  const events = kill ? Math.ceil(sizes.events / 4) : sizes.events;
  await using world = await World.start({ folder: join(sizes.folder, String(kill)), store, log: sizes.log });
  fill(world.data, events, 'chaos-1').close();
  await world.startDevice({ seed: 1, perSecond: 0, tuning: TUNING });
  const startedMs = performance.now();
  let rssAtHalf = 0;
  let killed = false;
  while ((world.latest?.queued ?? 1) > 0 && performance.now() - startedMs < DRAIN_MS) {
    await sleep(50);
    await world.look();
    const { acked = 0, rssBytes = 0 } = world.latest ?? {};
    if (acked > events / 2 && rssAtHalf === 0) rssAtHalf = rssBytes;
    if (!kill || killed || acked === 0) continue;
    killed = true;
    await world.killCollector(0);
    await world.broker.kill();
    await world.broker.start();
    await world.startCollector(0);
  }
  const seconds = (performance.now() - startedMs) / 1000;
  const { wireBytes = 0, wireRecords = 1, rssBytes = 0 } = world.latest ?? {};
  await world.stopDevice();
  const { generated, unexplained, queued } = await world.account();
  return {
    eventsPerSecond: (generated - queued) / seconds,
    events: generated,
    lost: unexplained,
    bytesPerEventOnWire: wireBytes / wireRecords,
    deviceRssAtHalfMb: rssAtHalf / 1e6,
    deviceRssAtEndMb: rssBytes / 1e6,
  };
}

/** The rows of the same records with one COPY, from a file, by psql. */
async function copied({ folder, events, log }: Sizes): Promise<Row> {
  await using world = await World.start({ folder, store: 'postgres', log });
  const server = world.postgres;
  if (server === undefined) throw new Error('PostgreSQL does not run');
  fill(world.data, events, 'chaos-1').close();
  const texts = textsOf(world.data);
  const quoted = (text: string): string => text.replaceAll('\\', '\\\\').replaceAll('\t', '\\t');
  const hash = '0'.repeat(64);
  const lines = texts.map((json, n) => [1, n + 1, hash, 'event', 0, 0, quoted(json)].join('\t'));
  const file = join(folder, 'rows');
  writeFileSync(file, `${lines.join('\n')}\n`);
  await server.run(
    'test_1',
    "insert into journals (device, epoch, stream, first_seen_ms) values ('copy', '0', 'events', 0)",
  );
  const startedMs = performance.now();
  await server.tool('psql', '-q', '-d', 'test_1', '-c', `\\copy records from '${file}'`);
  const seconds = (performance.now() - startedMs) / 1000;
  return { eventsPerSecond: texts.length / seconds, events: texts.length, lost: 0, lostOverKill: null };
}

/** A journal of `count` transitions, as if nobody had listened. */
function fill(data: string, count: number, device: string): Journal {
  const path = journalPath(data);
  const log = silentLogger;
  const system = { clock: systemClock, log, random: randomBytes, synced: () => true };
  const filled = Journal.open({ path, device, boot: 'bench', quotaBytes: 8e9, ...system });
  const events = ordinaryEvents(1);
  for (let n = 0; n < count; n += GROUP) {
    filled.append(Array.from({ length: Math.min(GROUP, count - n) }, () => events.next().value).flat());
  }
  return filled;
}

function textsOf(data: string): string[] {
  const reader = openJournalReader(journalPath(data));
  try {
    return [...reader.records('events')].map(({ json }) => json);
  } finally {
    reader.close();
  }
}

function rate(row: Row): string {
  const number = (key: string, digits: number): string => Number(row[key] ?? Number.NaN).toFixed(digits);
  return `${number('eventsPerSecond', 0)} events/s, ${number('fractionOfBare', 2)} of bare better-sqlite3`;
}

function factsOf(rows: readonly Row[]): Row {
  return Object.fromEntries(
    rows.flatMap((row) => {
      const size = String(row['eventsPerTransaction']);
      return [
        [`journalEventsPerSecondBy${size}`, row['eventsPerSecond'] ?? null],
        [`journalShareOfBareBy${size}`, row['fractionOfBare'] ?? null],
      ] as const;
    }),
  );
}
