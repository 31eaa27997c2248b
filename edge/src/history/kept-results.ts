import { deflateRaw, inflateRawSync } from 'node:zlib';
import type { Inspection } from '../domain/index.ts';

export interface KeptResultsOptions {
  /** The clock of the frames, milliseconds. */
  readonly nowMs: () => number;
  readonly windowMs?: number;
  /** Most bytes kept of one camera, compressed. */
  readonly maxBytes?: number;
  /** Results of this model are not kept. */
  readonly skips?: (model: string) => boolean;
}

/** What is kept of a camera: from when on, and how much. */
export interface KeptOfCamera {
  /** Of the first and the last frame, on the clock of the frames. */
  readonly fromMs: number;
  readonly toMs: number;
  readonly results: number;
  readonly bytes: number;
}

interface Chunk {
  readonly fromMs: number;
  toMs: number;
  results: number;
  /** Compressed, once that is done. */
  packed: Buffer | undefined;
  text: string;
}

const HOUR_MS = 3_600_000;
const MAX_BYTES = 4 * 2 ** 20;
/** A chunk is compressed when it has so many characters; about a minute of an ordinary camera. */
const CHUNK_CHARACTERS = 128 * 1024;
/** Characters after the point: a thousandth of a pixel, of a score and of a millisecond. */
const DIGITS = 1_000;

/**
 * The results of the last hour of each camera, in memory, for asking what another rule would have made of them. All of
 * them are kept, as often as the models report; where a camera has more than it may, its oldest ones go first. Masks, maps
 * and times of the stages are left out, numbers are rounded to thousandths.
 */
export class KeptResults {
  readonly #options: KeptResultsOptions;
  readonly #cameras = new Map<string, Chunk[]>();

  constructor(options: KeptResultsOptions) {
    this.#options = options;
  }

  inspection(inspection: Inspection): void {
    const { frame, model } = inspection;
    if (this.#options.skips?.(model) === true) return;
    const chunks = this.#cameras.get(frame.camera) ?? [];
    this.#cameras.set(frame.camera, chunks);
    const chunk = openChunk(chunks, frame.atMs);
    chunk.text += `${JSON.stringify([frame, model, inspection.result], plain)}\n`;
    chunk.toMs = frame.atMs;
    chunk.results += 1;
    if (chunk.text.length < CHUNK_CHARACTERS) return;
    pack(chunk);
    this.#forget();
  }

  /** What is kept of a camera now; undefined where nothing is. */
  of(camera: string): KeptOfCamera | undefined {
    this.#forget();
    const chunks = this.#cameras.get(camera);
    const [first, last] = [chunks?.[0], chunks?.at(-1)];
    if (chunks === undefined || first === undefined || last === undefined) return undefined;
    const results = chunks.reduce((sum, one) => sum + one.results, 0);
    return { fromMs: first.fromMs, toMs: last.toMs, results, bytes: bytesOf(chunks) };
  }

  /** Copies of the kept results of a camera, for `readResults`, oldest first. */
  take(camera: string): readonly (string | Uint8Array)[] {
    this.#forget();
    return (this.#cameras.get(camera) ?? []).map(({ packed, text }) => packed ?? text);
  }

  #forget(): void {
    const { nowMs, windowMs = HOUR_MS, maxBytes = MAX_BYTES } = this.#options;
    const since = nowMs() - windowMs;
    for (const [camera, chunks] of this.#cameras) {
      while (chunks[0] !== undefined && (chunks[0].toMs < since || (chunks.length > 1 && bytesOf(chunks) > maxBytes))) {
        chunks.shift();
      }
      if (chunks.length === 0) this.#cameras.delete(camera);
    }
  }
}

/** Results out of what `take` gave, oldest first. Those before `sinceMs` are left out. */
export function* readResults(
  chunks: readonly (string | Uint8Array)[],
  sinceMs = Number.NEGATIVE_INFINITY,
): Generator<Inspection, void, void> {
  for (const chunk of chunks) {
    const text = typeof chunk === 'string' ? chunk : inflateRawSync(chunk).toString('utf8');
    for (const line of text.split('\n')) {
      if (line === '') continue;
      // Written by this class of the same version, and kept in memory since.
      const [frame, model, result] = JSON.parse(line) as [Inspection['frame'], string, Inspection['result']];
      if (frame.atMs >= sinceMs) yield { frame, model, result, times: { waitMs: 0, inferMs: 0, decodeMs: 0 } };
    }
  }
}

function openChunk(chunks: Chunk[], atMs: number): Chunk {
  const last = chunks.at(-1);
  if (last !== undefined && last.text.length > 0 && last.text.length < CHUNK_CHARACTERS) return last;
  const next: Chunk = { fromMs: atMs, toMs: atMs, results: 0, packed: undefined, text: '' };
  chunks.push(next);
  return next;
}

/** On a thread of libuv: the results of the next frames do not wait for it. */
function pack(chunk: Chunk): void {
  deflateRaw(chunk.text, { level: 4 }, (error, packed) => {
    // Without memory for it the text stays, and counts against the camera's share.
    if (error !== null) return;
    chunk.packed = packed;
    chunk.text = '';
  });
}

const bytesOf = (chunks: readonly Chunk[]): number =>
  chunks.reduce((sum, { packed, text }) => sum + (packed?.byteLength ?? text.length), 0);

/** For JSON: without what no rule reads, and with numbers that compress. */
function plain(name: string, value: unknown): unknown {
  if (name === 'mask' || name === 'map') return undefined;
  return typeof value === 'number' ? Math.round(value * DIGITS) / DIGITS : value;
}
