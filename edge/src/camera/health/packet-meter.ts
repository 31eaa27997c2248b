/** Rates are those of this much time. */
const WINDOW_MS = 20_000;
/** So far back the longest time between key frames is looked for. */
const KEYFRAMES_MS = 60_000;
/** A line is about forty characters; what is longer is not from the muxer that was asked for. */
const LINE_MAX = 1_000;

/** What the packets of a stream were like lately. */
export interface PacketFigures {
  readonly fps?: number;
  readonly bitsPerS?: number;
  /** The longest time between two key frames, that since the newest included. */
  readonly keyframeIntervalMs?: number;
}

interface Second {
  readonly atMs: number;
  packets: number;
  bytes: number;
}

/**
 * Rate, bit rate and key frames of a stream, from what FFmpeg's muxer `framecrc` writes for each packet that arrives:
 * `0, dts, pts, duration, size, checksum`, and flags where it is no key frame.
 */
export class PacketMeter {
  #rest = '';
  #startedMs: number | undefined;
  readonly #seconds: Second[] = [];
  readonly #keyframesMs: number[] = [];

  /** The stream begins anew. */
  restart(): void {
    this.#rest = '';
    this.#startedMs = undefined;
    this.#seconds.length = 0;
    this.#keyframesMs.length = 0;
  }

  /** Takes what FFmpeg wrote. */
  push(chunk: Uint8Array, nowMs: number): void {
    const lines = (this.#rest + Buffer.from(chunk).toString('latin1')).split('\n');
    this.#rest = (lines.pop() ?? '').slice(-LINE_MAX);
    for (const line of lines) this.#line(line, nowMs);
  }

  figures(nowMs: number): PacketFigures {
    this.#forget(nowMs);
    const keyframes = [...this.#keyframesMs, nowMs];
    const gaps = keyframes.slice(1).map((atMs, n) => atMs - (keyframes[n] ?? atMs));
    const forMs = Math.min(WINDOW_MS, nowMs - (this.#startedMs ?? nowMs));
    // Shorter times say little: the first packets of a camera come at once.
    if (forMs < WINDOW_MS / 2) return {};
    const sum = (of: (second: Second) => number): number => this.#seconds.reduce((total, one) => total + of(one), 0);
    return {
      fps: (sum(({ packets }) => packets) * 1000) / forMs,
      bitsPerS: (8000 * sum(({ bytes }) => bytes)) / forMs,
      ...(gaps.length === 0 ? {} : { keyframeIntervalMs: Math.max(...gaps) }),
    };
  }

  #line(line: string, nowMs: number): void {
    const found = /^\d+,\s*-?\w+,\s*-?\w+,\s*\d+,\s*(\d+),\s*0x[\da-f]+(?:,\s*F=0x([\da-f]+))?/i.exec(line);
    if (found === null) return;
    this.#startedMs ??= nowMs;
    let second = this.#seconds.at(-1);
    if (second === undefined || nowMs - second.atMs >= 1_000) {
      second = { atMs: nowMs, packets: 0, bytes: 0 };
      this.#seconds.push(second);
      this.#forget(nowMs);
    }
    second.packets += 1;
    second.bytes += Number(found[1]);
    const isKey = found[2] === undefined || (Number.parseInt(found[2], 16) & 1) === 1;
    if (isKey) this.#keyframesMs.push(nowMs);
  }

  #forget(nowMs: number): void {
    while ((this.#seconds[0]?.atMs ?? nowMs) < nowMs - WINDOW_MS) this.#seconds.shift();
    // The newest one is kept, however old it is.
    while (this.#keyframesMs.length > 1 && (this.#keyframesMs[0] ?? nowMs) < nowMs - KEYFRAMES_MS)
      this.#keyframesMs.shift();
  }
}
