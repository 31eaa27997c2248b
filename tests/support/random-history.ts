import {
  cpSync,
  existsSync,
  openSync,
  readFileSync,
  rmSync,
  statSync,
  truncateSync,
  writeFileSync,
  writeSync,
} from 'node:fs';
import { closeSync } from 'node:fs';
import { type Stream, STREAMS } from '@lineside/protocol';
import { type CollectorStore, SqliteStore } from '../../cloud-sync/collector/src/index.ts';
import {
  deviceKey,
  type Entry,
  HeadSigner,
  type Journal,
  journalPath,
  verifyJournal,
} from '../../edge/src/journal/index.ts';
import { deliver } from './deliver.ts';
import { dice } from './dice.ts';
import { counterBody, eventBody } from './journal-twin.ts';
import { type TempDir, tempDir } from './temp-dir.ts';
import { HandClock, openTestJournal } from './test-journal.ts';
import { findingsIn } from './verify-all.ts';

const RETENTION_MS = 10_000;
/** Small enough that a few steps without delivery evict records. */
const STREAM_QUOTAS = { telemetry: 12_000, media: 15_000 };

/** How far a device came under one epoch, by stream, as far as anybody can know it. */
type Reached = ReadonlyMap<Stream, number>;

/**
 * A device and a collector, without a network between them, to which everything happens that the product must cope with:
 * lost acknowledgements, pruning, retention, eviction, and journals that are deleted, damaged, cut, rolled back or
 * restored from a copy. The same seed takes the same steps.
 */
export class RandomHistory implements AsyncDisposable {
  readonly #roll: (n: number) => number;
  readonly #clock = new HandClock();
  readonly #folder: TempDir;
  readonly #cloud: TempDir;
  readonly #store: CollectorStore;
  readonly #reached = new Map<string, Reached>();
  readonly steps: string[] = [];
  #journal: Journal;
  #signer: HeadSigner;
  #nowMs = 1_000;
  /** A copy of the data folder, of the epoch that is written now, and how far the device had come then. */
  #copy: Reached | undefined;
  /** How far a copy knew of that was restored, by epoch: what came after it only the collector can know of. */
  readonly #forgotten = new Map<string, Reached>();
  #open: string[] = [];

  private constructor(seed: number, folder: TempDir, cloud: TempDir) {
    this.#roll = dice(seed);
    this.#folder = folder;
    this.#cloud = cloud;
    this.#store = SqliteStore.open(cloud.path);
    this.#journal = this.#openJournal();
    this.#signer = this.#makeSigner();
  }

  static async begin(seed: number): Promise<RandomHistory> {
    return new RandomHistory(seed, await tempDir(), await tempDir());
  }

  /** Takes `count` steps; everything that is still queued is delivered after them. */
  async run(count: number): Promise<void> {
    for (let step = 0; step < count; step += 1) {
      const [name, work] = this.#choose();
      this.steps.push(name);
      await work();
      this.#clock.advance(100 + this.#roll(400));
      this.#nowMs += 100 + this.#roll(2_000);
    }
    await this.#deliver(STREAMS, true);
  }

  /** What either verifier reports, and what does not balance in the books of the collector: nothing, if all is well. */
  async complaints(): Promise<readonly string[]> {
    const { findings } = verifyJournal(journalPath(this.#folder.path));
    const there = await findingsIn(this.#store, Object.fromEntries(STREAMS.map((stream) => [stream, RETENTION_MS])));
    const rows = await this.#store.records.streams();
    const books = rows.flatMap((row) => {
      const { epoch, stream, highest, stored, declaredLost, missing } = row;
      if (highest === stored + declaredLost && missing === 0) return [];
      return [`books of ${epoch} ${stream}: ${JSON.stringify({ highest, stored, declaredLost, missing })}`];
    });
    const unknown = [...this.#reached].flatMap(([epoch, reached]) =>
      [...reached].flatMap(([stream, generated]) => {
        const row = rows.find((one) => one.epoch === epoch && one.stream === stream);
        const highest = row?.highest ?? 0;
        const known = this.#forgotten.get(epoch)?.get(stream) ?? generated;
        return highest >= known && highest <= generated
          ? []
          : [`${epoch} ${stream} gave ${generated} numbers, ${highest} are explained`];
      }),
    );
    const queued = Object.entries(this.#journal.stats()).flatMap(([stream, stats]) =>
      stats.queued === 0 ? [] : [`${stats.queued} of ${stream} are queued`],
    );
    return [
      ...findings.map((one) => `journal: ${JSON.stringify(one)}`),
      ...there.map((one) => `collector: ${JSON.stringify(one)}`),
      ...[...books, ...unknown, ...queued],
    ];
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#journal.close();
    await this.#store.close();
    await this.#folder[Symbol.asyncDispose]();
    await this.#cloud[Symbol.asyncDispose]();
  }

  #choose(): readonly [name: string, work: () => void | Promise<void>] {
    const often: readonly (readonly [string, number, () => void | Promise<void>])[] = [
      ['write', 8, () => this.#write()],
      ['sign', 3, () => this.#signer.sign()],
      ['mark', 2, () => this.#journal.mark()],
      ['deliver', 3, () => this.#deliver(this.#someStreams(), true)],
      ['deliver, acknowledgements lost', 2, () => this.#deliver(this.#someStreams(), false)],
      ['prune', 1, () => void this.#journal.prune(0)],
      ['retention', 1, () => this.#retire()],
      ['restart', 2, () => this.#restart(() => undefined)],
      ['copy the data folder', 2, () => this.#keepCopy()],
      ['delete the journal', 1, () => this.#restart((path) => rmSync(path))],
      ['delete the open journal', 1, () => this.#deleteOpen()],
      ['empty the journal', 1, () => this.#restart((path) => truncateSync(path, 0))],
      ['damage the journal', 2, () => this.#restart((path) => this.#damage(path))],
      ['cut the journal', 1, () => this.#restart((path) => truncateSync(path, this.#roll(statSync(path).size)))],
      ['remove the mark', 1, () => this.#restart((path) => rmSync(`${path}.mark`))],
      ['roll the journal back', 2, () => this.#rollBack()],
      ['restore the data folder', 2, () => this.#restore()],
    ];
    let place = this.#roll(often.reduce((sum, [, weight]) => sum + weight, 0));
    for (const [name, weight, work] of often) {
      if (place < weight) return [name, work];
      place -= weight;
    }
    return ['nothing', () => undefined];
  }

  #write(): void {
    const entries = Array.from({ length: 1 + this.#roll(9) }, () => this.#entries()).flat();
    this.#journal.append(entries);
    this.#note();
  }

  #entries(): readonly Entry[] {
    const audit = { action: 'noted', who: 'test', details: { n: this.#roll(99) } };
    if (this.#roll(3) === 0) return [{ stream: 'audit', kind: 'audit', body: audit }];
    if (this.#roll(3) === 0) return [{ stream: 'telemetry', kind: 'telemetry', body: counterBody() }];
    const known = this.#open.length > 0 && this.#roll(2) === 0 ? this.#open.pop() : undefined;
    if (known !== undefined) {
      const body = eventBody({ event: known, phase: 'closed', reason: 'cleared', durationMs: 9_000 });
      return [{ stream: 'events', kind: 'event', body }];
    }
    const body = eventBody();
    this.#open.push(body.event);
    const sha256 = Array.from({ length: 64 }, () => this.#roll(16).toString(16)).join('');
    const media = { sha256, bytes: 9, mime: 'image/jpeg', width: 4, height: 3, event: body.event };
    return [
      { stream: 'events', kind: 'event', body: { ...body, snapshot: sha256 } },
      { stream: 'media', kind: 'media', body: media },
    ];
  }

  async #deliver(streams: readonly Stream[], acknowledge: boolean): Promise<void> {
    await deliver(this.#journal, this.#store, { streams, acknowledge, atMs: this.#nowMs });
    this.#journal.saveAcks();
    // Tombstones and audit records may have been written for it.
    this.#note();
  }

  #someStreams(): readonly Stream[] {
    return STREAMS.filter(() => this.#roll(3) > 0);
  }

  async #retire(): Promise<void> {
    this.#nowMs += RETENTION_MS;
    const stream = STREAMS[this.#roll(STREAMS.length)] ?? 'events';
    await this.#store.retention.retireRecords(stream, this.#nowMs - RETENTION_MS, 1 + this.#roll(20), this.#nowMs);
  }

  /** Stops the device, does something to its journal, and starts it again. */
  #restart(meanwhile: (path: string) => void): void {
    this.#note();
    this.#journal.close();
    const path = journalPath(this.#folder.path);
    if (existsSync(path)) meanwhile(path);
    const { epoch } = this.#journal;
    this.#journal = this.#openJournal();
    if (this.#journal.epoch !== epoch) this.#copy = undefined;
    this.#signer = this.#makeSigner();
    this.#note();
  }

  #deleteOpen(): void {
    rmSync(journalPath(this.#folder.path));
    this.#restart(() => undefined);
  }

  #damage(path: string): void {
    const pages = Math.floor(statSync(path).size / 4096);
    const file = openSync(path, 'r+');
    for (let hit = 0; hit <= this.#roll(4); hit += 1) {
      const noise = Buffer.from(Array.from({ length: 4096 }, () => this.#roll(256)));
      writeSync(file, noise, 0, 64 + this.#roll(4032), 4096 * this.#roll(pages));
    }
    closeSync(file);
  }

  #keepCopy(): void {
    this.#journal.mark();
    this.#journal.checkpoint(true);
    rmSync(this.#copyPath, { recursive: true, force: true });
    cpSync(this.#folder.path, this.#copyPath, { recursive: true });
    this.#copy = new Map(this.#reached.get(this.#journal.epoch));
  }

  /** The database of the copy in place of the newer one, whose mark stays. */
  #rollBack(): void {
    if (this.#copy === undefined) return;
    this.#restart((path) => writeFileSync(path, readFileSync(journalPath(this.#copyPath))));
  }

  /** The complete folder of the copy. */
  #restore(): void {
    const { epoch } = this.#journal;
    const copied = this.#copy;
    if (copied === undefined) return;
    this.#restart(() => {
      rmSync(this.#folder.path, { recursive: true });
      cpSync(this.#copyPath, this.#folder.path, { recursive: true });
    });
    this.#forgotten.set(epoch, copied);
  }

  get #copyPath(): string {
    return this.#cloud.join('copy');
  }

  #openJournal(): Journal {
    return openTestJournal(this.#folder.path, {
      clock: this.#clock,
      streamQuotas: STREAM_QUOTAS,
      random: (count) => Uint8Array.from({ length: count }, () => this.#roll(256)),
    });
  }

  #makeSigner(): HeadSigner {
    return new HeadSigner({ journal: this.#journal, key: deviceKey(this.#folder.path), clock: this.#clock });
  }

  #note(): void {
    const { epoch } = this.#journal;
    const ends = this.#journal.ends();
    this.#reached.set(epoch, new Map(STREAMS.map((stream) => [stream, ends[stream].seq])));
  }
}
