import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { silentLogger, systemClock } from '@lineside/kit';
import { type Entry, Journal, journalPath } from '../../edge/src/journal/index.ts';
import { ordinaryEvents, telemetryBody } from '../support/ordinary-events.ts';
import { type SmallDisk, smallDisk } from '../support/small-disk.ts';
import { randomBytes } from 'node:crypto';
import { loopDisk } from './loop-disk.ts';
import { clear, type Scenario, type ScenarioOptions, type ScenarioResult, together } from './scenario.ts';
import { World } from './world.ts';

const MiB = 1024 * 1024;
const DISK_BYTES = 16 * MiB;
const BALLAST_BYTES = 3 * MiB;
const DRAIN_MS = 120_000;
const GROUP = 20;

type Arm = readonly [name: string, run: (at: string, writer: Writer) => Promise<string | undefined>];

/** Fills a disk in four ways, then lets an ordinary device deliver what is left and counts. */
export const fullDisk: Scenario = {
  name: 'full disk',
  what: 'the journal reaches its quota, another program fills the disk, a checkpoint runs out of space, the disk fails',
  share: 1,
  async run(options) {
    const results = [];
    for (const arm of ARMS) results.push(await armed(arm, options));
    return together(fullDisk.name, results);
  },
};

async function armed([name, run]: Arm, { folder, seed, log }: ScenarioOptions): Promise<Omit<ScenarioResult, 'name'>> {
  const at = join(folder, name.replaceAll(' ', '-'));
  log(name);
  await using world = await World.start({ folder: at, store: 'sqlite', log });
  const writer = new Writer(world.data, world.promised, seed);
  const leftOut = await run(world.data, writer);
  writer.close();
  await world.startDevice({ seed, perSecond: 20 });
  const { seconds } = await world.drain(DRAIN_MS);
  await world.stopDevice();
  const accounts = await world.account();
  const { declaredLost } = accounts;
  const refused = [...writer.refused].map(([code, times]) => `${code} ${times} times`).join(', ') || 'nothing';
  const fact = leftOut ?? `${declaredLost} declared lost, refused: ${refused}`;
  writer.unmount();
  setImmediate(() => clear(at));
  return {
    ...accounts,
    duplicatesRejected: world.duplicates,
    kills: 0,
    drainSeconds: seconds,
    peakBytes: world.peakBytes,
    peakRssBytes: world.peakRssBytes,
    facts: { [name]: fact },
  };
}

const ARMS: readonly Arm[] = [
  [
    'quota reached',
    async (_at, writer) => {
      writer.open(2 * MiB);
      writer.write(8_000);
      return undefined;
    },
  ],
  [
    'filled by another program',
    async (at, writer) => {
      const disk = smallDisk(at, DISK_BYTES);
      if (disk === undefined) return 'left out: nothing may be mounted here';
      writer.on(disk);
      writer.open(64 * MiB);
      writer.write(2_000);
      const free = disk.fill();
      writer.write(4_000);
      free();
      writer.write(500);
      return undefined;
    },
  ],
  [
    'no space for a checkpoint',
    async (at, writer) => {
      const disk = smallDisk(at, DISK_BYTES);
      if (disk === undefined) return 'left out: nothing may be mounted here';
      writer.on(disk);
      const journal = writer.open(64 * MiB);
      writer.write(1_000);
      // The content of the WAL no longer fits into the file, with or without ballast.
      rmSync(`${journalPath(at)}.ballast`, { force: true });
      const free = disk.fill();
      for (let round = 0; round < 20; round += 1) {
        writer.attempt(() => journal.checkpoint(round % 2 === 0));
        writer.write(100);
      }
      free();
      writer.attempt(() => journal.checkpoint(true));
      writer.write(500);
      return undefined;
    },
  ],
  [
    'disk turned read-only',
    async (at, writer) => {
      const disk = loopDisk(at, 2 * DISK_BYTES);
      if (disk === undefined) return 'left out: nothing may be mounted here';
      writer.on({ ...disk, fill: () => () => undefined });
      writer.open(64 * MiB);
      writer.write(2_000);
      disk.breakIt();
      writer.write(200);
      writer.attempt(() => writer.close());
      disk.repair();
      writer.open(64 * MiB);
      writer.write(1_000);
      return undefined;
    },
  ],
];

/** Writes ordinary events to a journal of this process, and keeps what was promised and what was refused. */
class Writer {
  readonly refused = new Map<string, number>();
  readonly #data: string;
  readonly #promised: Map<string, number>;
  readonly #events: Generator<readonly Entry[]>;
  #journal: Journal | undefined;
  #disk: SmallDisk | undefined;
  #written = 0;

  constructor(data: string, promised: Map<string, number>, seed: number) {
    this.#data = data;
    this.#promised = promised;
    this.#events = ordinaryEvents(seed);
  }

  open(quotaBytes: number): Journal {
    this.#journal = Journal.open({
      path: journalPath(this.#data),
      device: 'chaos-1',
      boot: 'boot-1',
      clock: systemClock,
      log: silentLogger,
      random: randomBytes,
      synced: () => false,
      quotaBytes,
      ballastBytes: BALLAST_BYTES,
    });
    return this.#journal;
  }

  on(disk: SmallDisk): void {
    this.#disk = disk;
  }

  /** Events by the group, counters between them; what is refused is refused in good order and counted. */
  write(transitions: number): void {
    for (let n = 0; n < transitions; n += GROUP) {
      const entries = Array.from({ length: GROUP }, () => this.#events.next().value as readonly Entry[]).flat();
      this.#written += 1;
      entries.push({ stream: 'telemetry', kind: 'telemetry', body: telemetryBody(this.#written) });
      this.attempt(() => {
        for (const { stream, seq } of this.#journal?.append(entries) ?? []) this.#promised.set(stream, seq);
      });
    }
  }

  attempt(work: () => void): void {
    try {
      work();
    } catch (error) {
      const code = error instanceof Error && 'code' in error ? String(error.code) : String(error);
      this.refused.set(code, (this.refused.get(code) ?? 0) + 1);
    }
  }

  close(): void {
    this.#journal?.close();
    this.#journal = undefined;
  }

  unmount(): void {
    this.#disk?.[Symbol.dispose]();
  }
}
