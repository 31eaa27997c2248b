import { type FileHandle, open } from 'node:fs/promises';
import { LogThrottle, messageOf, type Service, unlessAbort } from '@lineside/kit';
import type { RawReading, SourceTools } from '../../signal-source.ts';
import { LineCutter, readSignalLine } from '../lines.ts';

const POLL_MS = 250;
/** More of a file that is there already is not read: the newest readings are at its end. */
const MAX_BYTES = 262_144;
const LOG_EVERY_MS = 60_000;

/** Where reading goes on: in which file, and from which byte. */
interface Position {
  readonly inode: number;
  readonly bytes: number;
}

/** Follows a file of JSON lines: what is appended, and a file that takes its place. */
export class FileSource implements Service {
  readonly name: string;
  readonly #path: string;
  readonly #points: readonly { readonly id: string; readonly name: string }[];
  readonly #tools: SourceTools;
  readonly #throttle: LogThrottle;
  #cutter = new LineCutter();
  #position: Position | undefined;

  constructor(path: string, points: readonly { readonly id: string; readonly name: string }[], tools: SourceTools) {
    this.name = `signals ${path}`;
    this.#path = path;
    this.#points = points;
    this.#tools = tools;
    this.#throttle = new LogThrottle({ everyMs: LOG_EVERY_MS, nowMs: () => tools.clock.monoMs() });
  }

  async run(signal: AbortSignal): Promise<void> {
    const { clock, sink } = this.#tools;
    while (!signal.aborted) {
      try {
        await this.#read();
      } catch (error) {
        if (this.#position !== undefined) sink.lost(this.#points.map(({ id }) => id));
        this.#position = undefined;
        this.#report(error);
      }
      await clock.sleep(POLL_MS, signal).catch(unlessAbort);
    }
  }

  async #read(): Promise<void> {
    const handle = await open(this.#path, 'r');
    try {
      const { ino: inode, size, mtimeMs } = await handle.stat();
      const before = this.#position;
      if (before !== undefined && before.inode === inode && size >= before.bytes) {
        for (const line of this.#cutter.take(await textOf(handle, before.bytes, size))) this.#take(line, {});
      } else {
        // At the start the file is as old as it is; one that replaces another is new.
        const ageMs = before === undefined ? Math.max(0, this.#tools.clock.wallMs() - mtimeMs) : 0;
        this.#cutter = new LineCutter();
        const from = Math.max(0, size - MAX_BYTES);
        for (const line of newest(this.#cutter.take(await textOf(handle, from, size)))) this.#take(line, { ageMs });
      }
      this.#position = { inode, bytes: size };
    } finally {
      await handle.close();
    }
  }

  #take(line: string, age: Pick<RawReading, 'ageMs'>): void {
    const { sink } = this.#tools;
    const read = readSignalLine(line);
    if (read.kind === 'alive') sink.alive(this.#points.map(({ id }) => id));
    if (read.kind !== 'reading') return;
    for (const { id, name } of this.#points) if (name === read.name) sink.receive(id, { ...read.reading, ...age });
  }

  #report(error: unknown): void {
    const count = this.#throttle.due('unreadable');
    if (count === undefined) return;
    const facts = { code: 'signals_unreadable', path: this.#path, error: messageOf(error), count };
    this.#tools.log.warn(facts, 'a file of signals cannot be read');
  }
}

/** The last line of each signal: what was written before is history, not something that happens now. */
function newest(lines: readonly string[]): readonly string[] {
  const byName = new Map<string, string>();
  for (const line of lines) {
    const read = readSignalLine(line);
    if (read.kind === 'reading') byName.set(read.name, line);
  }
  return [...byName.values()];
}

async function textOf(handle: FileHandle, from: number, to: number): Promise<string> {
  if (to <= from) return '';
  const { buffer, bytesRead } = await handle.read(Buffer.alloc(to - from), 0, to - from, from);
  return buffer.subarray(0, bytesRead).toString('utf8');
}
