import type { PictureSize } from '../domain/index.ts';
import { redactUrls } from '@lineside/kit';
import { matrixOf, type YuvMatrix } from './yuv-picture.ts';

const LINES_KEPT = 100;
const LINE_MAX = 2_000;
/** The line that the filter writes for each frame; it contains the frame's time. */
const SHOWINFO = '[Parsed_showinfo_';
/** Later than any stream's time; what is beyond it stands for none. */
const SECONDS_MAX = 1e9;

/** What FFmpeg reports about the stream before its first frame. */
export interface StreamFacts {
  codec?: string;
  fps?: number;
  /** Size of the pictures with square pixels: rotation is done by then. */
  source?: PictureSize;
  /** Size of the evidence picture. */
  picture?: PictureSize;
  /** Of the stream's colours; bt601 where it names none. */
  matrix?: YuvMatrix;
  /** True when a second, different size or shape of pixels was reported. */
  sizeChanged: boolean;
}

/**
 * `index` counts the frames that came through from 0; `seconds` is undefined for a frame without a time. Counted here:
 * FFmpeg's own number begins at 0 again when it builds its filters anew.
 */
export type FrameTimeListener = (index: number, seconds: number | undefined) => void;

export interface StderrListeners {
  /** Removes what must not be kept of a line. Default: credentials in URLs. */
  readonly redact?: (line: string) => string;
  readonly onFact?: () => void;
  /** Takes each line that is kept, without credentials. */
  readonly onLine?: ((line: string) => void) | undefined;
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
  readonly #onLine: ((line: string) => void) | undefined;
  readonly #onFrameTime: FrameTimeListener | undefined;
  #rest = '';
  #framesTimed = 0;
  /** Stored size and shape of the pixels, as FFmpeg wrote them first. */
  #shape: string | undefined;

  constructor(listeners: StderrListeners = {}) {
    this.#redact = listeners.redact ?? redactUrls;
    this.#onFact = listeners.onFact;
    this.#onLine = listeners.onLine;
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
      const frame = /\bn:\s*\d+ .*?\bpts_time:\s*(\S+)/.exec(line);
      if (frame !== null) this.#onFrameTime?.(this.#framesTimed++, finite(frame[1]));
      return;
    }
    const kept = this.#redact(line);
    this.#lines.push(kept);
    this.#onLine?.(kept);
    if (this.#lines.length > LINES_KEPT) this.#lines.shift();
    this.#readStream(line);
    this.#readScaler(line);
  }

  #readStream(line: string): void {
    if (this.facts.codec !== undefined) return;
    const codec = /Stream #0:\d+.*: Video: (\w+)/.exec(line)?.[1];
    if (codec === undefined) return;
    this.facts.codec = codec;
    this.facts.matrix = matrixOf(line);
    const fps = /([\d.]+)(k?) (?:fps|tbr)\b/.exec(line);
    if (fps !== null) this.facts.fps = Number(fps[1]) * (fps[2] === 'k' ? 1000 : 1);
  }

  #readScaler(line: string): void {
    const found = /\[scale@(\w+) @ .*\b(w:\d+ h:\d+) .*\b(sar:\S+) .*?-> w:(\d+) h:(\d+)/.exec(line);
    if (found === null) return;
    const size = { width: Number(found[4]), height: Number(found[5]) };
    if (found[1] === 'picture') this.facts.picture ??= size;
    if (found[1] === 'square') {
      const shape = `${found[2]} ${found[3]}`;
      if (shape !== (this.#shape ??= shape)) this.facts.sizeChanged = true;
      this.facts.source ??= size;
    }
    this.#onFact?.();
  }
}

/** FFmpeg writes NOPTS for a frame without a time, and in some versions the lowest number there is. */
function finite(text = ''): number | undefined {
  const seconds = Number(text);
  return Number.isFinite(seconds) && Math.abs(seconds) < SECONDS_MAX ? seconds : undefined;
}
