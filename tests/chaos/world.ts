import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { journalPath } from '../../edge/src/journal/index.ts';
import { collectorCommand, collectorYaml, spawnCollector } from '../support/collector.ts';
import { type Mosquitto, startMosquitto } from '../support/mosquitto.ts';
import { POSTGRES_PASSWORD, TestPostgres } from '../support/postgres.ts';
import { FROM_SOURCE, NODE, startProcess, type StartOptions, type TestProcess } from '../support/processes.ts';
import { waitFor } from '../support/wait-for.ts';
import { account, type Accounts } from './accounts.ts';
import { Books } from './books.ts';
import type { DeviceOptions, DeviceReport } from './device.ts';

const DEVICE = fileURLToPath(new URL('device.ts', import.meta.url));
const ID = 'chaos-1';
const REORDER_TIMEOUT = '3s';

export interface WorldOptions {
  readonly folder: string;
  readonly store: 'sqlite' | 'postgres';
  readonly collectors?: number;
  readonly log: (line: string) => void;
}

export interface StreamAtCollector {
  readonly epoch: string;
  readonly stream: string;
  readonly highest: number;
  readonly stored: number;
  readonly declaredLost: number;
  readonly missing: number;
}

type Collector = Awaited<ReturnType<typeof spawnCollector>>;

/** A device, a broker and one or more collectors over one database: processes of their own, all of them mortal. */
export class World implements AsyncDisposable {
  readonly data: string;
  readonly broker: Mosquitto;
  readonly postgres: TestPostgres | undefined;
  readonly books: Books;
  readonly promised = new Map<string, number>();
  readonly promisedByEpoch = new Map<string, Map<string, number>>();
  readonly freshMs: number[] = [];
  kills = 0;
  duplicates = 0;
  peakBytes = 0;
  peakRssBytes = 0;
  readonly #folder: string;
  readonly #log: (line: string) => void;
  readonly #collectors: (Collector | undefined)[];
  /** Of the collector that runs now, by place. */
  readonly #seen: number[];
  /** Queues that did not empty. */
  readonly #stuck: string[] = [];
  #device: TestProcess | undefined;
  #deviceOptions: DeviceOptions | undefined;
  #startOptions: StartOptions = {};
  #latest: DeviceReport | undefined;

  private constructor(options: WorldOptions, broker: Mosquitto, postgres: TestPostgres | undefined, books: Books) {
    this.#folder = options.folder;
    this.#log = options.log;
    this.data = join(options.folder, 'device');
    this.broker = broker;
    this.postgres = postgres;
    this.books = books;
    this.#collectors = Array.from({ length: options.collectors ?? 1 });
    this.#seen = this.#collectors.map(() => 0);
  }

  static async start(options: WorldOptions): Promise<World> {
    const { folder, store } = options;
    mkdirSync(folder, { recursive: true });
    const broker = await startMosquitto();
    let postgres: TestPostgres | undefined;
    let books = Books.sqlite(join(folder, 'collector-0'));
    let more = `broker: ${broker.url}\nhttp: {listen: "127.0.0.1:0"}\n`;
    try {
      if (store === 'postgres') {
        postgres = await TestPostgres.start();
        const database = await postgres.database();
        books = Books.postgres(postgres, database);
        const secret = join(folder, 'password');
        writeFileSync(secret, `${POSTGRES_PASSWORD}\n`, { mode: 0o600 });
        const url = `postgres://${postgres.user}:\${file:${secret}}@127.0.0.1:${postgres.port}/${database}`;
        more += `store: "${url}"\n`;
      }
      // Long enough not to ask for what is on its way over a slow link, short enough to be seen at work.
      writeFileSync(join(folder, 'collector.yaml'), collectorYaml(more).replace('200ms', REORDER_TIMEOUT));
      const world = new World(options, broker, postgres, books);
      for (let place = 0; place < (options.collectors ?? 1); place += 1) await world.startCollector(place);
      return world;
    } catch (error) {
      await postgres?.[Symbol.asyncDispose]();
      await broker[Symbol.asyncDispose]();
      throw error;
    }
  }

  /** Its latest report. */
  get latest(): DeviceReport | undefined {
    return this.#latest;
  }

  get devicePid(): number {
    if (this.#device === undefined) throw new Error('the device does not run');
    return this.#device.pid;
  }

  async startCollector(place = 0): Promise<void> {
    const data = join(this.#folder, `collector-${place}`);
    this.#collectors[place] = await spawnCollector(join(this.#folder, 'collector.yaml'), data);
    this.#seen[place] = 0;
  }

  async startDevice(
    options: Partial<DeviceOptions> & { readonly seed: number },
    start: StartOptions = {},
  ): Promise<void> {
    this.#deviceOptions = {
      data: this.data,
      device: ID,
      perSecond: 400,
      together: 4,
      trusts: 'collector',
      broker: this.broker.url,
      ...options,
    };
    this.#startOptions = start;
    await this.#spawnDevice();
  }

  /** kill -9, and what the process promised until then. */
  async killDevice(): Promise<void> {
    await this.#device?.killHard();
    this.#listen();
    this.#device = undefined;
    this.kills += 1;
  }

  async reviveDevice(): Promise<void> {
    await this.#spawnDevice();
  }

  async stopDevice(): Promise<void> {
    await this.#device?.[Symbol.asyncDispose]();
    this.#listen();
    this.#device = undefined;
  }

  async killCollector(place: number): Promise<void> {
    await this.look();
    await this.#collectors[place]?.process.killHard();
    this.#collectors[place] = undefined;
    this.kills += 1;
  }

  /** Reads all reports; to be called often. */
  async look(): Promise<void> {
    this.#listen();
    for (const [place, collector] of this.#collectors.entries()) {
      if (collector === undefined) continue;
      const duplicates = await duplicatesAt(collector.at.http);
      if (duplicates === undefined) continue;
      this.duplicates += Math.max(0, duplicates - (this.#seen[place] ?? 0));
      this.#seen[place] = duplicates;
    }
  }

  /** Stops the events and waits until everything is confirmed; returns how long that took and whether it was in time. */
  async drain(withinMs: number): Promise<{ readonly seconds: number; readonly drained: boolean }> {
    const startedMs = performance.now();
    if (this.#device !== undefined) process.kill(this.#device.pid, 'SIGUSR2');
    // What is being written as the signal comes is written and counted.
    await new Promise((resolve) => setTimeout(resolve, 300));
    const drained = await waitFor(
      'everything to be confirmed',
      async () => {
        const before = this.#latest;
        await this.look();
        return this.#latest !== before && this.#latest?.queued === 0;
      },
      { withinMs, everyMs: 200 },
    ).catch(() => false);
    const seconds = (performance.now() - startedMs) / 1000;
    // A link that is there and a queue that stays is a fault like any other, though nothing is lost by it.
    if (!drained) this.#stuck.push(`not drained after ${withinMs / 1000} s: ${JSON.stringify(this.#latest)}`);
    for (const stuck of this.#stuck) this.#log(stuck);
    await this.look();
    return { seconds, drained };
  }

  /** Waits until the collector has nothing left to write, then counts. */
  async account(): Promise<Accounts> {
    let before = -1;
    for (let now = await this.books.stored(); now !== before; now = await this.books.stored()) {
      before = now;
      await new Promise((resolve) => setTimeout(resolve, 1_000));
    }
    const accounts = await account(journalPath(this.data), this.books, this.promised);
    return { ...accounts, findings: [...accounts.findings, ...this.#stuck, ...this.#casualties()] };
  }

  collectorData(place: number): string {
    return join(this.#folder, `collector-${place}`);
  }

  /** The books of every stream of every journal, as \`lineside-collector status\` prints them. */
  async streamsAtCollector(): Promise<readonly StreamAtCollector[]> {
    const { stdout, stderr } = await collectorCommand('status', '--json', '--data', this.collectorData(0));
    if (stdout === '') throw new Error(`the collector printed no status: ${stderr}`);
    return (JSON.parse(stdout) as { readonly streams: readonly StreamAtCollector[] }).streams;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.stopDevice();
    for (const collector of this.#collectors) await collector?.process[Symbol.asyncDispose]();
    await this.broker[Symbol.asyncDispose]();
    await this.postgres?.[Symbol.asyncDispose]();
  }

  /** Collectors that ended although nobody killed them. */
  #casualties(): string[] {
    return this.#collectors.flatMap((collector, place) => {
      const exit = collector?.process.exit;
      return exit === undefined
        ? []
        : [`collector ${place} ended by itself: ${collector?.process.stderr.slice(-500) ?? ''}`];
    });
  }

  async #spawnDevice(): Promise<void> {
    const args = [...FROM_SOURCE, DEVICE, JSON.stringify(this.#deviceOptions)];
    this.#latest = undefined;
    this.#device = await startProcess(NODE, args, this.#startOptions);
    // From its first word on it follows signals.
    await this.#device.waitForLine(/^state .*\}$/, 60_000);
  }

  #listen(): void {
    for (const line of (this.#device?.stdout ?? '').split('\n').slice(0, -1)) {
      const [word, a = '', b = '', epoch = ''] = line.split(' ', 4);
      if (word === 'promised') this.#promise(epoch, a, Number(b));
      else if (word === 'state' && line.endsWith('}')) this.#note(JSON.parse(line.slice(6)) as DeviceReport);
    }
  }

  #promise(epoch: string, stream: string, seq: number): void {
    this.promised.set(stream, Math.max(this.promised.get(stream) ?? 0, seq));
    const streams = this.promisedByEpoch.get(epoch) ?? new Map<string, number>();
    this.promisedByEpoch.set(epoch, streams.set(stream, Math.max(streams.get(stream) ?? 0, seq)));
  }

  #note(report: DeviceReport): void {
    if (report.number <= (this.#latest?.number ?? 0)) return;
    this.#latest = report;
    this.peakBytes = Math.max(this.peakBytes, report.diskBytes);
    this.peakRssBytes = Math.max(this.peakRssBytes, report.rssBytes);
    this.freshMs.push(...report.freshMs);
  }
}

/** Undefined while it does not answer. */
async function duplicatesAt(http: string): Promise<number | undefined> {
  try {
    const response = await fetch(`${http}/api/v1/stats`, { signal: AbortSignal.timeout(2_000) });
    return ((await response.json()) as { process: { duplicates: number } }).process.duplicates;
  } catch (error) {
    if (error instanceof Error) return undefined;
    throw error;
  }
}
