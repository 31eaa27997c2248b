import { closeSync, openSync, readSync, statSync } from 'node:fs';

/** A row of a table of records as it lies in a page; its hash as 64 hex digits. */
export interface PageRow {
  readonly seq: number;
  readonly kind: string;
  readonly json: string;
  readonly hash: string;
}

const TABLE_LEAF = 0x0d;
const WAL_HEADER = 32;
const WAL_FRAME_HEADER = 24;
const HASH_BYTES = 32;
const MOST_PAYLOAD = 256 * 1024;

/**
 * Every row that looks like a record, read from the raw pages of a database file and of its WAL, whatever the state of
 * header, schema and trees: see "Database File Format" of SQLite, 1.6 and 4. May give a row more than once, and rows
 * that were deleted; who asks checks them against the hash chain.
 */
export function* rowsInPages(databasePath: string, pageSize = 4096): Generator<PageRow> {
  const files = [new PageFile(databasePath, pageSize, 0, 0)];
  const wal = `${databasePath}-wal`;
  files.push(new PageFile(wal, pageSize, WAL_HEADER, WAL_FRAME_HEADER));
  const main = files[0];
  try {
    for (const file of files) {
      for (let index = 0; index < file.count; index += 1) {
        const page = file.read(index);
        if (page !== undefined && main !== undefined) yield* rowsOf(page, index === 0 && file === main ? 100 : 0, main);
      }
    }
  } finally {
    for (const file of files) file.close();
  }
}

/** Pages at equal distances in a file that may be cut off anywhere. */
class PageFile {
  readonly count: number;
  readonly #file: number | undefined;
  readonly #pageSize: number;
  readonly #header: number;
  readonly #stride: number;

  constructor(path: string, pageSize: number, header: number, frameHeader: number) {
    const size = statSync(path, { throwIfNoEntry: false })?.size ?? 0;
    this.#pageSize = pageSize;
    this.#header = header + frameHeader;
    this.#stride = pageSize + frameHeader;
    this.count = Math.max(0, Math.ceil((size - header) / this.#stride));
    this.#file = size > 0 ? openSync(path, 'r') : undefined;
  }

  /** Page `index` from 0; what is cut off reads as zeros. */
  read(index: number): Buffer | undefined {
    if (this.#file === undefined || index < 0 || index >= this.count) return undefined;
    const page = Buffer.alloc(this.#pageSize);
    readSync(this.#file, page, 0, this.#pageSize, this.#header + index * this.#stride);
    return page;
  }

  close(): void {
    if (this.#file !== undefined) closeSync(this.#file);
  }
}

function* rowsOf(page: Buffer, offset: number, overflow: PageFile): Generator<PageRow> {
  if (page[offset] !== TABLE_LEAF) return;
  const cells = page.readUInt16BE(offset + 3);
  for (let index = 0; index < cells; index += 1) {
    const at = offset + 8 + 2 * index;
    if (at + 2 > page.length) return;
    const row = rowAt(page, page.readUInt16BE(at), overflow);
    if (row !== undefined) yield row;
  }
}

function rowAt(page: Buffer, at: number, overflow: PageFile): PageRow | undefined {
  const [length, afterLength] = varint(page, at);
  const [seq, start] = varint(page, afterLength);
  if (length < HASH_BYTES || length > MOST_PAYLOAD || seq < 1 || start >= page.length) return undefined;
  const payload = payloadAt(page, start, length, overflow);
  return payload === undefined ? undefined : recordIn(payload, seq);
}

/** A payload that does not fit into its page goes on in others, each with the number of the next in its first bytes. */
function payloadAt(page: Buffer, start: number, length: number, overflow: PageFile): Buffer | undefined {
  const usable = page.length;
  const most = usable - 35;
  if (length <= most) return start + length <= usable ? page.subarray(start, start + length) : undefined;
  const least = Math.floor(((usable - 12) * 32) / 255) - 23;
  const rest = least + ((length - least) % (usable - 4));
  const local = rest <= most ? rest : least;
  if (start + local + 4 > usable) return undefined;
  const parts = [page.subarray(start, start + local)];
  let next = page.readUInt32BE(start + local);
  for (let left = length - local; left > 0; ) {
    const more = overflow.read(next - 1);
    if (more === undefined) return undefined;
    const taken = Math.min(left, usable - 4);
    parts.push(more.subarray(4, 4 + taken));
    left -= taken;
    next = more.readUInt32BE(0);
  }
  return Buffer.concat(parts);
}

/** Columns seq (NULL: it is the rowid), kind, json, hash; anything else is a row of some other table. */
function recordIn(payload: Buffer, seq: number): PageRow | undefined {
  const [headerLength, first] = varint(payload, 0);
  const types: number[] = [];
  for (let at = first; at < headerLength && types.length < 5; ) {
    const [type, next] = varint(payload, at);
    types.push(type);
    at = next;
  }
  const [rowid, kindType, jsonType, hashType] = types;
  if (types.length !== 4 || rowid !== 0 || hashType !== 12 + 2 * HASH_BYTES) return undefined;
  const kindBytes = textLength(kindType);
  const jsonBytes = textLength(jsonType);
  if (kindBytes === undefined || jsonBytes === undefined) return undefined;
  const jsonAt = headerLength + kindBytes;
  const hashAt = jsonAt + jsonBytes;
  if (hashAt + HASH_BYTES !== payload.length) return undefined;
  return {
    seq,
    kind: payload.toString('utf8', headerLength, jsonAt),
    json: payload.toString('utf8', jsonAt, hashAt),
    hash: payload.toString('hex', hashAt, hashAt + HASH_BYTES),
  };
}

function textLength(type: number | undefined): number | undefined {
  return type !== undefined && type >= 13 && type % 2 === 1 ? (type - 13) / 2 : undefined;
}

/** The number at `at` and where it ends; NaN past the end of the buffer. */
function varint(bytes: Buffer, at: number): readonly [value: number, next: number] {
  let value = 0;
  for (let index = 0; index < 8; index += 1) {
    const byte = bytes[at + index];
    if (byte === undefined) return [Number.NaN, at + index];
    value = value * 128 + (byte & 0x7f);
    if (byte < 0x80) return [value, at + index + 1];
  }
  return [Number.NaN, at + 9];
}
