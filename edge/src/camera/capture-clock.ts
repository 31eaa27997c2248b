/** The promptest frame of each period of this length stands for it. */
const PERIOD_MS = 1_000;
/** How long a prompt frame counts: long enough that a busy device has one in it, short against the drift of a quartz. */
const WINDOW_MS = 60_000;
/** Less of the stream says nothing of drift. */
const DRIFT_FROM_MS = 20_000;
/** What the clock of a camera gains or loses at the most, as a part of the time; ordinary ones are ten times better. */
const MAX_DRIFT = 0.000_5;
/** A clock that gains or loses more within the window has another rate than time has; no busy device delays all frames so. */
const MOST_LOST_MS = 1_000;
/** Nobody knows the rate of a clock before that. */
const RATE_FROM_MS = 5_000;
/** A frame cannot come before it was taken: one that seems to, by more than this, follows a jump of the clock. */
const SLACK_MS = 250;
/** No frame waits for longer: the clock was set back. */
const MOST_WAIT_MS = 10_000;

interface Prompt {
  readonly arrivedMs: number;
  readonly delayMs: number;
}

/** Delay of a frame that did not wait, by its arrival: `offsetMs + slope * arrivedMs`. */
interface Line {
  readonly offsetMs: number;
  readonly slope: number;
}

/**
 * When frames were taken, on the clock of this device, but for a delay that all of them have. The source's own times say
 * how far apart they were taken; the line under the delays of the promptest frames says what lies between both
 * clocks, and how they drift apart. What waits in a network or before a busy decoder lies above that line and changes
 * nothing. The line is the lower convex hull of a minute (Moon, Skelly and Towsley, "Estimation and removal of
 * clock skew from network delay measurements", INFOCOM 1999).
 */
export class CaptureClock {
  #prompt: Prompt[] = [];
  #lastTimeMs: number | undefined;
  #line: Line = { offsetMs: 0, slope: 0 };
  #believed = false;

  /** The stream begins anew: its times have nothing to do with those before. */
  restart(): void {
    this.#prompt = [];
    this.#lastTimeMs = undefined;
    this.#believed = false;
  }

  /**
   * Monotonic ms at which a frame that arrived at `arrivedMs`, with `timeS` seconds on its stream, would have arrived
   * without waiting, never later than it arrived; undefined where the stream has no times, its clock has another rate
   * than time has, or that is not known yet.
   */
  at(arrivedMs: number, timeS: number | undefined): number | undefined {
    if (timeS === undefined) return undefined;
    const timeMs = timeS * 1000;
    const delayMs = arrivedMs - timeMs;
    if (this.#jumps(arrivedMs, timeMs, delayMs)) this.restart();
    this.#lastTimeMs = timeMs;
    if (this.#take({ arrivedMs, delayMs })) this.#fit();
    return this.#believed ? Math.min(arrivedMs, timeMs + this.#promptMs(arrivedMs)) : undefined;
  }

  #jumps(arrivedMs: number, timeMs: number, delayMs: number): boolean {
    if (this.#lastTimeMs === undefined || this.#prompt.length === 0) return false;
    const waitedMs = delayMs - this.#promptMs(arrivedMs);
    return timeMs <= this.#lastTimeMs || waitedMs < -SLACK_MS || waitedMs > MOST_WAIT_MS;
  }

  #promptMs(arrivedMs: number): number {
    return this.#line.offsetMs + this.#line.slope * arrivedMs;
  }

  /** True where the frame is the promptest of its period so far. */
  #take(frame: Prompt): boolean {
    const last = this.#prompt.at(-1);
    const isNew = last === undefined || periodOf(last) !== periodOf(frame);
    if (!isNew && frame.delayMs >= last.delayMs) return false;
    const kept = isNew ? this.#prompt : this.#prompt.slice(0, -1);
    this.#prompt = [...kept.filter(({ arrivedMs }) => frame.arrivedMs - arrivedMs <= WINDOW_MS), frame];
    return true;
  }

  #fit(): void {
    const [first, last] = [this.#prompt[0], this.#prompt.at(-1)];
    if (first === undefined || last === undefined) return;
    const spanMs = last.arrivedMs - first.arrivedMs;
    const measured = slopeBelow(this.#prompt);
    this.#believed = spanMs >= RATE_FROM_MS && Math.abs(measured) * spanMs <= MOST_LOST_MS;
    const slope = spanMs < DRIFT_FROM_MS ? 0 : Math.min(MAX_DRIFT, Math.max(-MAX_DRIFT, measured));
    const offsetMs = Math.min(...this.#prompt.map(({ arrivedMs, delayMs }) => delayMs - slope * arrivedMs));
    this.#line = { offsetMs, slope };
  }
}

function periodOf({ arrivedMs }: Prompt): number {
  return Math.floor(arrivedMs / PERIOD_MS);
}

/** Slope of the line that lies below all points and nearest to them on the average: the hull's edge under their middle. */
function slopeBelow(points: readonly Prompt[]): number {
  const hull: Prompt[] = [];
  for (const point of points) {
    for (;;) {
      const [before, last] = [hull.at(-2), hull.at(-1)];
      if (before === undefined || last === undefined || slope(before, last) < slope(last, point)) break;
      hull.pop();
    }
    hull.push(point);
  }
  const middleMs = points.reduce((sum, { arrivedMs }) => sum + arrivedMs, 0) / points.length;
  const after = Math.max(
    1,
    hull.findIndex(({ arrivedMs }) => arrivedMs >= middleMs),
  );
  const [from, to] = [hull[after - 1], hull[after]];
  return from === undefined || to === undefined ? 0 : slope(from, to);
}

function slope(from: Prompt, to: Prompt): number {
  return (to.delayMs - from.delayMs) / Math.max(1e-6, to.arrivedMs - from.arrivedMs);
}
