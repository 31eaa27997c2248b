import { closeSync, fsyncSync, openSync, readFileSync, renameSync, statSync, writeSync } from 'node:fs';
import { Epoch, STREAMS, type Stream } from '@lineside/protocol';
import { systemCode } from '@lineside/kit';
import type { StreamHead } from './stream-table.ts';

/** How far a stream had come. */
interface Progress {
  readonly next: number;
  readonly acked: number;
}

export interface Mark {
  readonly v: 1;
  /** Drawn when the database was made; the database has the same. */
  readonly instance: string;
  readonly device: string;
  readonly epoch: string;
  /** How often the database was opened for writing. */
  readonly opens: number;
  /** Of the database file: a copy has others. Birth in ms since 1970; 0 where the file system does not tell. */
  readonly inode: number;
  readonly bornMs: number;
  readonly streams: Readonly<Partial<Record<Stream, Progress>>>;
}

/** Facts of the database in place, to be compared with its mark. */
export interface Candidate {
  readonly instance: string | undefined;
  readonly opens: number;
  readonly heads: ReadonlyMap<Stream, Pick<StreamHead, 'next'>>;
}

/**
 * A file beside the database that identifies it and says how far it had come. A database that was restored from a
 * backup, copied with its folder, or put back by hand does not match it: numbers could then be given twice, so the
 * journal must go on under a new epoch. A rollback of folder and mark together (a snapshot of the whole disk) is detected
 * by the collector instead, which then holds more than this journal wrote.
 */
export class InstanceMark {
  readonly #path: string;
  readonly #database: string;
  #latest: Mark | undefined;

  constructor(databasePath: string) {
    this.#path = `${databasePath}.mark`;
    this.#database = databasePath;
  }

  /** Undefined where there is none that can be read. */
  read(): Mark | undefined {
    let text: string;
    try {
      text = readFileSync(this.#path, 'utf8');
    } catch (error) {
      if (systemCode(error) === 'ENOENT') return undefined;
      throw error;
    }
    return markIn(jsonOf(text));
  }

  /** Begins the mark of the database now in place. */
  begin(facts: Pick<Mark, 'instance' | 'device' | 'epoch' | 'opens'>): void {
    this.#latest = { v: 1, ...facts, ...fileFacts(this.#database), streams: {} };
  }

  /** Writes it, durable and at once. */
  write(changes: Pick<Mark, 'streams'>): void {
    if (this.#latest === undefined) return;
    this.#latest = { ...this.#latest, ...changes, bornMs: this.#latest.bornMs || this.#laterBirth(this.#latest) };
    const temporary = `${this.#path}.tmp`;
    const file = openSync(temporary, 'w', 0o640);
    try {
      writeSync(file, JSON.stringify(this.#latest));
      fsyncSync(file);
    } finally {
      closeSync(file);
    }
    renameSync(temporary, this.#path);
  }

  /** Why the database in place is not the one that was marked; undefined where it is. */
  mismatch(candidate: Candidate): string | undefined {
    const mark = this.read();
    if (candidate.instance === undefined) return mark === undefined ? undefined : 'it is older than its mark';
    if (mark === undefined) return 'its mark is not there';
    if (mark.instance !== candidate.instance) return 'its mark belongs to another journal';
    if (mark.opens > candidate.opens) return `it was opened ${mark.opens} times, and knows of ${candidate.opens}`;
    for (const [stream, head] of candidate.heads) {
      const marked = mark.streams[stream]?.next ?? 0;
      if (marked > head.next) return `${stream} had come to ${marked - 1}, and it holds ${head.next - 1}`;
    }
    const { ino, birthtimeMs } = statSync(this.#database);
    if (mark.inode !== ino) return 'its file is a copy';
    // The number of a file that was deleted is often given to the next one, in ext4 at once: its birth is another.
    return mark.bornMs > 0 && birthtimeMs > 0 && birthtimeMs !== mark.bornMs ? 'its file is a copy' : undefined;
  }

  /** Whether the file at the path of the database is still the one that this mark was begun for. */
  inPlace(): boolean {
    return this.#latest?.inode === statSync(this.#database, { throwIfNoEntry: false })?.ino;
  }

  /** A file that was made within the same tick of the clock shows only later that it has a time of birth. */
  #laterBirth({ inode }: Mark): number {
    if (statSync(this.#database, { throwIfNoEntry: false })?.ino !== inode) return 0;
    return fileFacts(this.#database).bornMs;
  }
}

function fileFacts(path: string): Pick<Mark, 'inode' | 'bornMs'> {
  const { ino, birthtimeMs, ctimeMs } = statSync(path);
  // Some systems without a time of birth give that of the last change instead.
  return { inode: ino, bornMs: birthtimeMs > 0 && birthtimeMs !== ctimeMs ? birthtimeMs : 0 };
}

/** Undefined where a field is missing or not what it should be: then there is no mark. */
function markIn(value: unknown): Mark | undefined {
  const fields = fieldsOf(value);
  const [instance, device, epoch] = [fields['instance'], fields['device'], fields['epoch']];
  const [opens, inode, bornMs] = [fields['opens'], fields['inode'], fields['bornMs']];
  if (fields['v'] !== 1 || typeof instance !== 'string' || typeof device !== 'string') return undefined;
  if (typeof epoch !== 'string' || !Epoch.safeParse(epoch).success) return undefined;
  if (typeof opens !== 'number' || typeof inode !== 'number' || typeof bornMs !== 'number') return undefined;
  const streams = STREAMS.flatMap((stream) => {
    const { next, acked } = fieldsOf(fieldsOf(fields['streams'])[stream]);
    return typeof next === 'number' && typeof acked === 'number' ? [[stream, { next, acked }] as const] : [];
  });
  return { v: 1, instance, device, epoch, opens, inode, bornMs, streams: Object.fromEntries(streams) };
}

/** The fields of an object; none of anything else. */
export function fieldsOf(value: unknown): Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null ? Object.fromEntries(Object.entries(value)) : {};
}

function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    if (error instanceof SyntaxError) return undefined;
    throw error;
  }
}
