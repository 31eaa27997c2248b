import { canonicalJson, chainNext } from '@lineside/protocol/records';
import { V7Generator } from 'uuidv7';
import { messageOf } from '@lineside/kit';
import { refused } from './errors.ts';
import type { Entry } from './journal-types.ts';
import type { StreamHead, StreamTable } from './stream-table.ts';
import type { TimeLabel } from './time-label.ts';

/** A batch of one record must fit into what the collector accepts. */
const MAX_RECORD_BYTES = 128 * 1024;
const LARGEST_UUID_MS = 2 ** 48 - 1;

const POOL_BYTES = 1024;

/** Reads randomness from the system once for many numbers. */
class RandomPool {
  readonly #random: (count: number) => Uint8Array;
  #bytes = Buffer.alloc(0);
  #at = 0;

  constructor(random: (count: number) => Uint8Array) {
    this.#random = random;
  }

  /** 32 bits. */
  next(): number {
    if (this.#at + 4 > this.#bytes.length) {
      this.#bytes = Buffer.from(this.#random(POOL_BYTES));
      this.#at = 0;
    }
    this.#at += 4;
    return this.#bytes.readUInt32BE(this.#at - 4);
  }
}

/** Turns entries into wire records and puts them at the end of their stream's chain. Transactions are the caller's. */
export class RecordWriter {
  readonly #boot: string;
  readonly #ids: V7Generator;

  constructor(boot: string, random: (count: number) => Uint8Array) {
    this.#boot = boot;
    const pool = new RandomPool(random);
    this.#ids = new V7Generator({ nextUint32: () => pool.next() });
  }

  /** Writes `entry` after `head`; returns where the stream stands then, and the record's wall ms. Throws `record_refused`. */
  write(
    table: StreamTable,
    head: StreamHead,
    entry: Entry,
    label: TimeLabel,
  ): { readonly head: StreamHead; readonly wallMs: number } {
    // Whole milliseconds: more digits would only cost bytes on the link.
    const late = entry.atMs === undefined ? 0 : Math.max(0, label.m - entry.atMs);
    const t = Math.round(label.t - late);
    const id = this.#ids.generateOrResetWithTs(Math.min(Math.max(t, 0), LARGEST_UUID_MS)).toString();
    const m = Math.max(0, Math.round(label.m - late));
    // In the order of the canonical text, which is then made faster.
    const record = { b: entry.body, boot: this.#boot, id, k: entry.kind, m, q: label.q, s: head.next, t };
    return { head: put(table, head, entry.kind, record), wallMs: t };
  }
}

/** Writes a record whose labels are given already, under the next number; returns where the stream stands then. */
export function putRecord(table: StreamTable, head: StreamHead, kind: string, record: object): StreamHead {
  return put(table, head, kind, { ...record, s: head.next });
}

function put(table: StreamTable, head: StreamHead, kind: string, record: object): StreamHead {
  const json = textOf(record, kind);
  const hash = chainNext(head.head, json);
  table.insert(head.next, kind, json, hash);
  return { ...head, next: head.next + 1, head: hash, bytes: head.bytes + Buffer.byteLength(json) };
}

/** Canonical text of a wire record. Throws `record_refused` where it has none or could never be sent. */
function textOf(record: object, kind: string): string {
  let json: string;
  try {
    json = canonicalJson(record);
  } catch (error) {
    throw refused(kind, messageOf(error), error);
  }
  if (Buffer.byteLength(json) > MAX_RECORD_BYTES) throw refused(kind, `longer than ${MAX_RECORD_BYTES} bytes`);
  return json;
}
