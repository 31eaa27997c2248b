import { boxAt } from './mp4-boxes.ts';

/** FFmpeg writes fragments of a group of pictures; a longer one is no stream that could be cut. */
const WAITING_MAX = 64 * 1024 * 1024;

export interface FragmentListener {
  /** What every file of this stream begins with: `ftyp` and `moov`. */
  header(bytes: Buffer): void;
  /** A fragment with its media data; the first picture in it is a key frame. */
  fragment(bytes: Buffer): void;
}

/** Cuts the fragmented MP4 that FFmpeg writes to a pipe into its header and its fragments. */
export class FragmentReader {
  readonly #listener: FragmentListener;
  #waiting: Buffer[] = [];
  #length = 0;
  /** Bytes until the box that is being read is complete; 0 where its header is not complete either. */
  #needed = 0;
  #boxes: { readonly type: string; readonly bytes: Buffer }[] = [];
  #broken = false;

  constructor(listener: FragmentListener) {
    this.#listener = listener;
  }

  push(chunk: Uint8Array): void {
    if (this.#broken) return;
    this.#waiting.push(Buffer.from(chunk));
    this.#length += chunk.length;
    if (this.#length > WAITING_MAX) this.#giveUp();
    while (this.#length > 0 && this.#length >= this.#needed) {
      const all = this.#joined();
      const box = boxAt(all, 0);
      if (box === undefined) return;
      this.#needed = box.end;
      if (this.#length < box.end) return;
      this.#boxes.push({ type: box.type, bytes: all.subarray(0, box.end) });
      this.#waiting = [all.subarray(box.end)];
      this.#length -= box.end;
      this.#needed = 0;
      this.#complete(box.type);
    }
  }

  #complete(type: string): void {
    if (type !== 'moov' && type !== 'mdat') return;
    const bytes = Buffer.concat(this.#boxes.map((box) => box.bytes));
    const hasStart = this.#boxes.some((box) => box.type === (type === 'moov' ? 'ftyp' : 'moof'));
    this.#boxes = [];
    if (!hasStart) return;
    if (type === 'moov') this.#listener.header(bytes);
    else this.#listener.fragment(bytes);
  }

  #joined(): Buffer {
    const [only] = this.#waiting;
    const all = this.#waiting.length === 1 && only !== undefined ? only : Buffer.concat(this.#waiting);
    this.#waiting = [all];
    return all;
  }

  #giveUp(): void {
    this.#broken = true;
    this.#waiting = [];
    this.#boxes = [];
    this.#length = 0;
  }
}
