import { closeSync, fstatSync, ftruncateSync, openSync, readSync, writeSync } from 'node:fs';
import { crc32 } from 'node:zlib';

export interface RingFileOptions {
  readonly path: string;
  /** Names of the values of a sample, in their order. */
  readonly series: readonly string[];
  /** Samples that are kept; the one of the same place in the next round replaces the one before. */
  readonly slots: number;
  readonly slotMs: number;
}

/** What was measured at one time; NaN stands for what is not known. */
export interface Sample {
  /** Wall ms. */
  readonly atMs: number;
  readonly values: readonly number[];
}

const HEADER_BYTES = 512;
const CHECK_BYTES = 4;
const TIME_BYTES = 8;
const VALUE_BYTES = 4;

/**
 * Samples of the latest time in a file that never grows. A sample lies at the place of its time, with a checksum, so that
 * neither a power cut nor a clock that jumps needs an index: what does not fit its checksum is no sample.
 */
export class RingFile {
  readonly #options: RingFileOptions;
  readonly #slotBytes: number;
  readonly #fd: number;

  private constructor(options: RingFileOptions, fd: number) {
    this.#options = options;
    this.#slotBytes = CHECK_BYTES + TIME_BYTES + VALUE_BYTES * options.series.length;
    this.#fd = fd;
  }

  /** Opens the file or makes it; one with other series begins anew. Throws the error of the file system. */
  static open(options: RingFileOptions): RingFile {
    const fd = openSync(options.path, 'a+', 0o640);
    closeSync(fd);
    const ring = new RingFile(options, openSync(options.path, 'r+'));
    ring.#begin();
    return ring;
  }

  write({ atMs, values }: Sample): void {
    const bytes = Buffer.alloc(this.#slotBytes);
    bytes.writeDoubleLE(atMs, CHECK_BYTES);
    for (const [k, value] of values.entries()) bytes.writeFloatLE(value, CHECK_BYTES + TIME_BYTES + VALUE_BYTES * k);
    bytes.writeUInt32LE(crc32(bytes.subarray(CHECK_BYTES)), 0);
    writeSync(this.#fd, bytes, 0, bytes.length, this.#placeOf(atMs));
  }

  /** Every sample, oldest first. */
  read(): readonly Sample[] {
    const { slots, series } = this.#options;
    const all = Buffer.alloc(slots * this.#slotBytes);
    readSync(this.#fd, all, 0, all.length, HEADER_BYTES);
    const samples: Sample[] = [];
    for (let slot = 0; slot < slots; slot += 1) {
      const bytes = all.subarray(slot * this.#slotBytes, (slot + 1) * this.#slotBytes);
      const atMs = bytes.readDoubleLE(CHECK_BYTES);
      if (atMs === 0 || bytes.readUInt32LE(0) !== crc32(bytes.subarray(CHECK_BYTES))) continue;
      const values = series.map((_name, k) => bytes.readFloatLE(CHECK_BYTES + TIME_BYTES + VALUE_BYTES * k));
      samples.push({ atMs, values });
    }
    return samples.sort((a, b) => a.atMs - b.atMs);
  }

  close(): void {
    closeSync(this.#fd);
  }

  #placeOf(atMs: number): number {
    const { slots, slotMs } = this.#options;
    return HEADER_BYTES + (Math.floor(atMs / slotMs) % slots) * this.#slotBytes;
  }

  #begin(): void {
    const { series, slots } = this.#options;
    const header = Buffer.alloc(HEADER_BYTES, ' ');
    header.write(JSON.stringify({ v: 1, slots, series }));
    const found = Buffer.alloc(HEADER_BYTES);
    const size = HEADER_BYTES + slots * this.#slotBytes;
    readSync(this.#fd, found, 0, HEADER_BYTES, 0);
    if (found.equals(header) && fstatSync(this.#fd).size === size) return;
    ftruncateSync(this.#fd, 0);
    ftruncateSync(this.#fd, size);
    writeSync(this.#fd, header, 0, HEADER_BYTES, 0);
  }
}
