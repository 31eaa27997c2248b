import { type Clock, type Logger, messageOf } from '@lineside/kit';
import { CodeReader } from './code-reader.ts';
import { OcrReader, textReaderState } from './ocr-reader.ts';
import type { Symbology } from '../codes/index.ts';
import type { CodePicture, FoundCode } from './picture.ts';
import { isPrinted } from './printed.ts';
import { quietZoneOf } from './quiet-zone.ts';
import type { FoundLine, TextReader } from './text-reader.ts';

/** One region to be read. */
export interface RegionPicture {
  readonly name: string;
  readonly picture: CodePicture;
  /** Symbologies to look for; no codes are looked for where it is left out. */
  readonly symbologies?: readonly Symbology[];
  readonly text: boolean;
}

/** What was read in one region; places in pixels of its picture. */
export interface ReadRegion {
  readonly name: string;
  readonly width: number;
  readonly height: number;
  readonly printed: boolean;
  readonly codes: readonly (FoundCode & { readonly quietZone?: number })[];
  /** Lines that could be read. */
  readonly lines: readonly FoundLine[];
  readonly noTextReader?: boolean;
}

export type RegionsRead =
  | { readonly status: 'read'; readonly regions: readonly ReadRegion[]; readonly tookMs: number }
  | { readonly status: 'not_read'; readonly reason: 'queue_full' | 'too_late' | 'failed' };

export interface RegionReaderParts {
  readonly codes: CodeReader;
  /** Absent where it is not installed. */
  readonly text?: TextReader | undefined;
  readonly clock: Clock;
  readonly log: Logger;
}

/** Requests that wait; further ones are refused. About a second of work with one line of text each. */
const WAITING = 8;
/** A request that waited longer is given up: those behind it are worth more. */
const PATIENCE_MS = 2000;
/** A reader of recordings that has not answered by then hangs. */
const RECORDED_DEADLINE_MS = 600_000;

/**
 * Reads the regions of one product after another, in the order of the requests, off the path of the frames. What cannot be
 * read in time is refused with the reason; it never becomes an empty result.
 */
export class RegionReader {
  readonly #parts: RegionReaderParts;
  #last: Promise<unknown> = Promise.resolve();
  #waiting = 0;

  constructor(parts: RegionReaderParts) {
    this.#parts = parts;
  }

  /** `mustRead`: of a recording, which waits; nothing is refused. */
  async read(regions: readonly RegionPicture[], mustRead: boolean, signal: AbortSignal): Promise<RegionsRead> {
    if (!mustRead && this.#waiting >= WAITING) return { status: 'not_read', reason: 'queue_full' };
    const askedMs = this.#parts.clock.monoMs();
    this.#waiting += 1;
    const turn = this.#last.then(async (): Promise<RegionsRead> => {
      this.#waiting -= 1;
      const isLate = this.#parts.clock.monoMs() - askedMs > PATIENCE_MS;
      if (isLate && !mustRead) return { status: 'not_read', reason: 'too_late' };
      return this.#readAll(regions, signal);
    });
    this.#last = turn.catch(() => undefined);
    return turn;
  }

  /** Ends the threads; what is being read fails. */
  async close(): Promise<void> {
    await Promise.all([this.#parts.codes.close(), this.#parts.text?.close()]);
  }

  async #readAll(regions: readonly RegionPicture[], signal: AbortSignal): Promise<RegionsRead> {
    const { clock, log } = this.#parts;
    const startedMs = clock.monoMs();
    try {
      const read: ReadRegion[] = [];
      for (const region of regions) read.push(await this.#readOne(region, signal));
      return { status: 'read', regions: read, tookMs: clock.monoMs() - startedMs };
    } catch (error) {
      if (!signal.aborted) log.warn({ err: messageOf(error) }, 'regions of a product could not be read');
      return { status: 'not_read', reason: 'failed' };
    }
  }

  async #readOne({ name, picture, symbologies, text }: RegionPicture, signal: AbortSignal): Promise<ReadRegion> {
    const { width, height } = picture;
    const found = symbologies === undefined ? undefined : await this.#codesOf(picture, symbologies, signal);
    const here = found?.picture ?? picture;
    const printed = isPrinted(here);
    const codes = (found?.codes ?? []).map((code) => {
      const quietZone = quietZoneOf(here, code);
      return quietZone === undefined ? code : { ...code, quietZone };
    });
    const place = { name, width, height, codes };
    if (!text) return { ...place, printed: printed || codes.length > 0, lines: [] };
    const reader = this.#parts.text;
    if (reader === undefined) return { ...place, printed, lines: [], noTextReader: true };
    const { lines } = await reader.readText(here, signal);
    const readable = lines.filter((line) => line.text.trim() !== '');
    return { ...place, printed: printed || lines.length > 0, lines: readable };
  }

  async #codesOf(picture: CodePicture, symbologies: readonly Symbology[], signal: AbortSignal) {
    const { codes, pixels } = await this.#parts.codes.read(picture, { symbologies }, signal);
    return { codes, picture: { ...picture, pixels } };
  }
}

/**
 * A region reader with threads of its own, which start with the first picture; without text where none is installed.
 *
 * @param mustRead of a recording: what is read in it must not depend on how busy the machine is.
 */
export async function openRegionReader(clock: Clock, log: Logger, mustRead: boolean): Promise<RegionReader> {
  const { state } = await textReaderState();
  const options = { clock, ...(mustRead ? { deadlineMs: RECORDED_DEADLINE_MS } : {}) };
  const text = state === 'ready' ? new OcrReader(options) : undefined;
  return new RegionReader({ codes: new CodeReader(options), text, clock, log });
}
