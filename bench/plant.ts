import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { createServer } from 'node:net';
import { loadavg, tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { connect } from 'mqtt';
import { silentLogger, SupervisedProcess, systemClock } from '@lineside/kit';
import { Journal } from '../edge/src/journal/index.ts';
import { type OutputPlan, OutputsProcess } from '../edge/src/plant/index.ts';
import { type Bench, type BenchOptions, type Column, loadNote, quantile, type Report, type Row } from './report.ts';

const COLUMNS: readonly Column[] = [
  { key: 'name' },
  { key: 'load' },
  { key: 'rejects' },
  { key: 'p50Ms', digits: 1 },
  { key: 'p99Ms', digits: 1 },
  { key: 'maxMs', digits: 1 },
  { key: 'missed' },
];
const LOADS = ['none', 'journal', 'full_disk', 'dead_link', 'cpu'] as const;
type Load = (typeof LOADS)[number];
/** What may reject: OPC UA and MQTT carry results alone, and a GPIO needs hardware. */
const PROTOCOLS = [
  { name: 'modbus+tcp', controller: 'plc-process.ts', point: 'coil:0' },
  { name: 'zmq+tcp', controller: 'program-process.ts', point: 'reject' },
] as const;
type Protocol = (typeof PROTOCOLS)[number];
const BUSY = 4;
/** An event is small; a line that is in trouble writes many. */
const RECORDS = 64;
/** Of the journal where the disk is full; fewer than it has when it is opened are as many as it has. */
const PAGES = 1;

export const plant: Bench = {
  name: 'plant',
  what: 'from a frame that is ready to the output of a controller, over each protocol, alone, beside a busy journal, a full disk, a dead link, and busy CPUs',
  run,
};

async function run(options: BenchOptions): Promise<Report> {
  const seconds = options.seconds ?? (options.quick ? 6 : 40);
  const [loadBefore = 0] = loadavg();
  const rows: Row[] = [];
  for (const load of LOADS) {
    for (const protocol of PROTOCOLS) {
      options.signal.throwIfAborted();
      options.log(`${protocol.name}, load ${load}, ${seconds} s`);
      rows.push(await measure(protocol, load, seconds));
    }
  }
  const protocols = rows.map(({ name, load, p50Ms, p99Ms }) => ({ name, load, p50Ms, p99Ms }));
  const report: Report & { readonly protocols: readonly object[] } = {
    ...{ bench: 'plant', what: plant.what, columns: COLUMNS, rows, protocols },
    notes: [
      'A process stands for the vision process: a frame is ready when it says so. From there by IPC to the main process, by IPC to the process of the outputs, by Modbus TCP or ZeroMQ over loopback to a controller in a process of its own, which notes when its coil or output goes on. Rules and the belt are left out: the piece is at the output at once.',
      `Load "journal": the main process commits ${RECORDS} records with fsync, again and again; "cpu": ${BUSY} processes that never wait.`,
      'Load "full_disk": the same while SQLite may have no more pages, so that each commit fails; "dead_link": a client of MQTT keeps records of 1 kB, 400 a second, for a broker that takes connections and says nothing, and connects again and again.',
      'Missed: a piece is at its output 1 ms after its frame; where the verdict, which is a second message, comes later, the piece passes as one without a verdict. On a line a verdict is there long before.',
      'No real controller, no real network, no GPIO.',
      loadNote(loadBefore),
    ],
  };
  return report;
}

async function measure({ name, controller: program, point }: Protocol, load: Load, seconds: number): Promise<Row> {
  const folder = await mkdtemp(join(tmpdir(), 'lineside-bench-'));
  const on: number[] = [];
  const ready: number[] = [];
  const port = await freePort();
  const { promise: isReady, resolve } = Promise.withResolvers<undefined>();
  const controller = child(program, [String(port)], (message) => {
    if ('ready' in message) resolve(undefined);
    else if ('onAtMs' in message) on.push(Number(message.onAtMs));
  });
  await isReady;
  const url = `${name}://127.0.0.1:${port}`;
  const plan: OutputPlan = {
    ...{ id: 'gate', url, shown: url, reject: point, results: undefined, armed: true, encoderPoint: undefined },
    ...{ encoderEveryMs: 0, heartbeatMs: 250, silentMs: 500, distance: 0, pulseMs: 20, toleranceMs: 1_000 },
    onMissing: 'pass',
  };
  const outputs = new OutputsProcess({
    ...{ plans: () => [plan], inspecting: () => ['gate'], onFailure: () => undefined, onDown: () => undefined },
    ...{ clock: systemClock, log: silentLogger },
  });
  const stop = new AbortController();
  const ended = outputs.run(stop.signal);
  while (outputs.states[0]?.readiness !== 'ready') await delay(20);
  const frames = child('frames-process.ts', [], (message) => {
    if (!('atMs' in message) || !('piece' in message)) return;
    const [piece, atMs] = [Number(message.piece), Number(message.atMs)];
    ready.push(atMs);
    // A moment later than now, so that the verdict is there when the piece arrives.
    outputs.piece('gate', { piece, track: piece, capturedAtMs: systemClock.monoMs() + 1 });
    outputs.verdict('gate', piece, { result: 'nok', reason: 'defect' });
  });
  const endLoad = await loading(load, folder);
  frames.send({ start: true });
  await delay(seconds * 1000);
  await frames.terminate();
  await delay(500);
  await endLoad();
  stop.abort();
  await ended;
  await controller.terminate();
  await rm(folder, { recursive: true, force: true });
  // Intervals are longer than any delay that counts as one: each piece has the first change after it.
  const times = ready.map((atMs) => (on.find((onAtMs) => onAtMs >= atMs) ?? Number.POSITIVE_INFINITY) - atMs);
  const found = times.filter((ms, n) => ms < (ready[n + 1] ?? Number.POSITIVE_INFINITY) - (ready[n] ?? 0));
  const at = (rank: number): number => quantile(found, rank);
  return {
    ...{ name, load, rejects: found.length, p50Ms: at(0.5), p99Ms: at(0.99), maxMs: at(1) },
    missed: times.length - found.length,
  };
}

/** Begins the load; gives what ends it. */
async function loading(load: Load, folder: string): Promise<() => Promise<void>> {
  if (load === 'cpu') {
    const busy = Array.from(
      { length: BUSY },
      () => new SupervisedProcess({ command: process.execPath, args: ['-e', 'for(;;);'] }),
    );
    return async () => {
      await Promise.all(busy.map((one) => one.kill()));
    };
  }
  if (load === 'none') return () => Promise.resolve();
  if (load === 'dead_link') return deadLink();
  const journal = Journal.open({
    ...{ path: join(folder, 'journal.db'), device: 'bench', boot: 'bench', clock: systemClock, log: silentLogger },
    ...{ random: randomBytes, synced: () => true, quotaBytes: 2 ** 30 },
  });
  if (load === 'full_disk') journal.database.pragma(`max_page_count = ${PAGES}`);
  const stop = new AbortController();
  let refused = 0;
  const writing = (async () => {
    while (!stop.signal.aborted) {
      const entry = { stream: 'audit' as const, kind: 'audit', body: { action: 'bench', who: 'bench' } };
      try {
        journal.append(Array.from({ length: RECORDS }, () => entry));
      } catch (error) {
        if (load !== 'full_disk') throw error;
        refused += 1;
      }
      await delay(5);
    }
  })();
  return async () => {
    stop.abort();
    await writing;
    journal.close();
    if (load === 'full_disk' && refused === 0) throw new Error('the disk was never full');
  };
}

/** Records for a broker that takes the connection and then says nothing, as one behind a dead link does. */
async function deadLink(): Promise<() => Promise<void>> {
  const sockets = new Set<{ destroy(): void }>();
  const silent = createServer((socket) => {
    sockets.add(socket);
    socket.on('error', () => undefined);
    socket.resume();
  }).listen(0, '127.0.0.1');
  await once(silent, 'listening');
  const address = silent.address();
  const port = typeof address === 'object' && address !== null ? address.port : 0;
  const client = connect({ host: '127.0.0.1', port, connectTimeout: 1_000, reconnectPeriod: 100 });
  client.on('error', () => undefined);
  const record = Buffer.alloc(1_024, 1);
  const queueing = setInterval(() => {
    // What is kept is bounded, as the journal is.
    if (client.queue.length > MOST_QUEUED) client.queue.splice(0, MOST_QUEUED / 2);
    for (let n = 0; n < 4; n += 1) client.publish('bench', record, { qos: 1 }, () => undefined);
  }, 10);
  return async () => {
    clearInterval(queueing);
    await client.endAsync(true);
    for (const socket of sockets) socket.destroy();
    silent.close();
    await once(silent, 'close');
  };
}

const MOST_QUEUED = 10_000;

function child(file: string, args: readonly string[], onMessage: (message: object) => void): SupervisedProcess {
  const path = fileURLToPath(new URL(`plant/${file}`, import.meta.url));
  return new SupervisedProcess({
    ...{ command: process.execPath, args: ['--conditions=source', path, ...args], ipc: true },
    ...{ stdout: 'stderr', stderr: 'stderr', endRequest: 'disconnect', graceMs: 5_000 },
    onMessage: (message) => {
      if (typeof message === 'object' && message !== null) onMessage(message);
    },
  });
}

async function freePort(): Promise<number> {
  const probe = createServer().listen(0, '127.0.0.1');
  await once(probe, 'listening');
  const address = probe.address();
  probe.close();
  return typeof address === 'object' && address !== null ? address.port : 0;
}
