import type { PictureSize } from '../domain/index.ts';
import { redactUrls } from '@lineside/kit';

const LINES_KEPT = 100;
const LINE_MAX = 2_000;
/** The line that the filter writes for each frame; it contains the frame's time. */
const SHOWINFO = '[Parsed_showinfo_';

/** What FFmpeg reports about the stream before its first frame. */
export interface StreamFacts {
  codec?: string;
  fps?: number;
  /** Size of the pictures that enter the scaler: rotation is done by then. */
  source?: PictureSize;
  /** Size of the evidence picture. */
  picture?: PictureSize;
  /** True when a second, different source size was reported. */
  sizeChanged: boolean;
}

/** `index` counts the frames that came through from 0. */
export type FrameTimeListener = (index: number, seconds: number) => void;

export interface StderrListeners {
  /** Removes what must not be kept of a line. Default: credentials in URLs. */
  readonly redact?: (line: string) => string;
  readonly onFact?: () => void;
  readonly onFrameTime?: FrameTimeListener;
}

/**
 * Reads FFmpeg's stderr: keeps the last lines with credentials removed, and picks the facts out of them. FFmpeg writes
 * the scaler's sizes before the first frame that has them.
 */
export class StderrReader {
  readonly facts: StreamFacts = { sizeChanged: false };
  readonly #lines: string[] = [];
  readonly #redact: (line: string) => string;
  readonly #onFact: (() => void) | undefined;
  readonly #onFrameTime: FrameTimeListener | undefined;
  #rest = '';

  constructor(listeners: StderrListeners = {}) {
    this.#redact = listeners.redact ?? redactUrls;
    this.#onFact = listeners.onFact;
    this.#onFrameTime = listeners.onFrameTime;
  }

  /** The last lines, oldest first. */
  get lines(): readonly string[] {
    return this.#lines;
  }

  push(text: string): void {
    const lines = (this.#rest + text).split(/[\r\n]+/);
    this.#rest = (lines.pop() ?? '').slice(-LINE_MAX);
    for (const line of lines) if (line.trim() !== '') this.#line(line.slice(0, LINE_MAX));
  }

  #line(line: string): void {
    if (line.startsWith(SHOWINFO)) {
      const frame = /\bn:\s*(\d+) .*?\bpts_time:\s*(-?[\d.]+)/.exec(line);
      if (frame !== null) this.#onFrameTime?.(Number(frame[1]), Number(frame[2]));
      return;
    }
    this.#lines.push(this.#redact(line));
    if (this.#lines.length > LINES_KEPT) this.#lines.shift();
    this.#readStream(line);
    this.#readScaler(line);
  }

  #readStream(line: string): void {
    if (this.facts.codec !== undefined) return;
    const codec = /Stream #0:\d+.*: Video: (\w+)/.exec(line)?.[1];
    if (codec === undefined) return;
    this.facts.codec = codec;
    const fps = /([\d.]+)(k?) (?:fps|tbr)\b/.exec(line);
    if (fps !== null) this.facts.fps = Number(fps[1]) * (fps[2] === 'k' ? 1000 : 1);
  }

  #readScaler(line: string): void {
    const found = /\[scale@(\w+) @ .*\bw:(\d+) h:(\d+) .*-> w:(\d+) h:(\d+)/.exec(line);
    if (found === null) return;
    const source = { width: Number(found[2]), height: Number(found[3]) };
    const known = this.facts.source;
    if (known !== undefined && (known.width !== source.width || known.height !== source.height)) {
      this.facts.sizeChanged = true;
    }
    this.facts.source ??= source;
    if (found[1] === 'picture') this.facts.picture ??= { width: Number(found[4]), height: Number(found[5]) };
    this.#onFact?.();
  }
}
