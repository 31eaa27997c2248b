import type { LineEvent } from '../domain/index.ts';
import { Backoff, type Clock, LinesideError, type Logger, messageOf, LogThrottle } from '@lineside/kit';
import type { Snapshot } from './evidence.ts';
import type { Picture, Recorder } from './ports.ts';
import type { RecordingCounters } from './state.ts';

/** The recording of one event; shared by its transitions. */
export interface EventProgress {
  readonly event: string;
  /** A transition could not be recorded, so later ones would be without context. */
  lost: boolean;
  picture: 'none' | 'asked' | 'recorded';
}

export interface PendingTransition {
  readonly event: LineEvent;
  readonly progress: EventProgress;
  /** Absent where no snapshot is wanted. */
  readonly snapshot?: Promise<Snapshot>;
  /** Monotonic ms of this device at which its frame arrived. */
  readonly frameArrivedMs?: number;
}

export interface QueueLimits {
  /** Transitions that may wait. Closings are accepted beyond it: there is at most one for each open event. */
  readonly waiting: number;
  readonly firstRetryMs: number;
  readonly maxRetryMs: number;
  /** A write that takes longer is logged. */
  readonly slowMs: number;
}

interface QueueParts {
  readonly recorder: Recorder;
  readonly clock: Clock;
  readonly log: Logger;
  readonly limits: QueueLimits;
  /** Called when an event with a frame is in the journal: monotonic ms since the frame arrived. */
  readonly onLatency: (ms: number) => void;
}

const REFUSED = 'record_refused';
const LOG_EVERY_MS = 30_000;

/**
 * Writes events to the journal strictly in order: a closing is never written before its opening. A write that fails is
 * tried again until it succeeds. The queue is bounded; what had to be dropped is counted and logged in full.
 */
export class RecordingQueue {
  readonly #parts: QueueParts;
  readonly #backoff: Backoff;
  readonly #throttle: LogThrottle;
  readonly #waiting: PendingTransition[] = [];
  #wake: (() => void) | undefined;
  #emptied: (() => void)[] = [];
  #recorded = 0;
  #withoutPicture = 0;
  #retries = 0;
  #updatesDropped = 0;
  #lost = 0;

  constructor(parts: QueueParts) {
    this.#parts = parts;
    const { firstRetryMs, maxRetryMs } = parts.limits;
    // There is one writer per camera, so the delays need no random part to spread them.
    this.#backoff = new Backoff({ firstMs: firstRetryMs, maxMs: maxRetryMs });
    this.#throttle = new LogThrottle({ everyMs: LOG_EVERY_MS, nowMs: () => parts.clock.monoMs() });
  }

  get waiting(): number {
    return this.#waiting.length;
  }

  counters(): RecordingCounters {
    return {
      waiting: this.#waiting.length,
      recorded: this.#recorded,
      withoutPicture: this.#withoutPicture,
      retries: this.#retries,
      updatesDropped: this.#updatesDropped,
      lost: this.#lost,
    };
  }

  /** Accepts a transition, or drops one where the queue is full. */
  put(transition: PendingTransition): void {
    const { progress, event } = transition;
    if (progress.lost) return;
    if (
      this.#waiting.length >= this.#parts.limits.waiting &&
      event.output.phase !== 'closed' &&
      !this.#dropAnUpdate()
    ) {
      if (event.output.phase === 'updated') this.#updatesDropped += 1;
      else this.#lose(transition, 'too many events wait for the journal');
      return;
    }
    this.#waiting.push(transition);
    this.#wake?.();
  }

  /** Records until `signal` aborts. What still waits then is lost, and is logged. */
  async run(signal: AbortSignal): Promise<void> {
    try {
      while (!signal.aborted) {
        const next = this.#waiting[0];
        if (next === undefined) await this.#filled(signal);
        else await this.#record(next, signal);
      }
    } catch (error) {
      if (!signal.aborted) throw error;
    } finally {
      for (const transition of this.#waiting) this.#lose(transition, 'the process ended before it could be recorded');
      this.#waiting.length = 0;
    }
  }

  /** Resolves when nothing waits; rejects when `signal` aborts first. */
  async settled(signal: AbortSignal): Promise<void> {
    while (this.#waiting.length > 0) {
      await until((resolve) => this.#emptied.push(resolve), signal);
    }
  }

  #filled(signal: AbortSignal): Promise<void> {
    return until((resolve) => {
      this.#wake = resolve;
    }, signal);
  }

  async #record(transition: PendingTransition, signal: AbortSignal): Promise<void> {
    const snapshot = await transition.snapshot;
    const picture = snapshot !== undefined && 'picture' in snapshot ? snapshot.picture : undefined;
    const event = withRemarks(transition.event, snapshot);
    while (!transition.progress.lost) {
      try {
        await this.#write(event, picture, signal);
        this.#note(transition, snapshot, picture);
        break;
      } catch (error) {
        if (error instanceof LinesideError && error.code === REFUSED) this.#lose(transition, messageOf(error));
        else await this.#waitAfter(error, signal);
      }
    }
    this.#waiting.shift();
    if (this.#waiting.length > 0) return;
    for (const resolve of this.#emptied.splice(0)) resolve();
  }

  /**
   * A write that still runs is not repeated, because the record might then exist twice. A slow one is logged, and
   * abandoned only when the process ends.
   */
  async #write(event: LineEvent, picture: Picture | undefined, signal: AbortSignal): Promise<void> {
    const { recorder, clock, limits } = this.#parts;
    const done = new AbortController();
    const watch = async (): Promise<never> => {
      for (;;) {
        await clock.sleep(limits.slowMs, done.signal);
        this.#complain(`a write takes longer than ${limits.slowMs} ms`);
        signal.throwIfAborted();
      }
    };
    try {
      await Promise.race([recorder.record(event, picture), watch()]);
    } finally {
      done.abort();
    }
  }

  async #waitAfter(error: unknown, signal: AbortSignal): Promise<void> {
    this.#retries += 1;
    this.#complain(messageOf(error));
    await this.#parts.clock.sleep(this.#backoff.next(), signal);
  }

  #complain(problem: string): void {
    const count = this.#throttle.due('recording');
    if (count === undefined) return;
    this.#parts.log.error({ error: problem, count, waiting: this.#waiting.length }, 'cannot record events');
  }

  #note(transition: PendingTransition, snapshot: Snapshot | undefined, picture: Picture | undefined): void {
    const { progress, frameArrivedMs } = transition;
    this.#backoff.reset();
    this.#recorded += 1;
    if (snapshot !== undefined) progress.picture = picture === undefined ? 'none' : 'recorded';
    if (snapshot !== undefined && picture === undefined) this.#withoutPicture += 1;
    if (frameArrivedMs !== undefined) this.#parts.onLatency(this.#parts.clock.monoMs() - frameArrivedMs);
  }

  /** Drops the oldest update: it carries the least. The first in the queue is being written and stays. */
  #dropAnUpdate(): boolean {
    const at = this.#waiting.findIndex((one, index) => index > 0 && one.event.output.phase === 'updated');
    if (at < 0) return false;
    const [dropped] = this.#waiting.splice(at, 1);
    // The next update takes the snapshot that this one would have had.
    if (dropped?.snapshot !== undefined) dropped.progress.picture = 'none';
    this.#updatesDropped += 1;
    return true;
  }

  #lose({ event, progress }: PendingTransition, why: string): void {
    progress.lost = true;
    this.#lost += 1;
    this.#parts.log.error({ event, why }, 'an event is lost');
  }
}

/** Adds to the details why there is no snapshot, or that it shows another frame. */
function withRemarks(event: LineEvent, snapshot: Snapshot | undefined): LineEvent {
  if (snapshot === undefined) return event;
  if ('missing' in snapshot) return withDetails(event, { pictureMissing: snapshot.missing });
  const { index } = snapshot.picture;
  return event.frame === undefined || event.frame.index === index ? event : withDetails(event, { pictureFrame: index });
}

function withDetails(event: LineEvent, details: Readonly<Record<string, string | number>>): LineEvent {
  return { ...event, output: { ...event.output, details: { ...event.output.details, ...details } } };
}

/** Resolves when `arrange`'s callback is called; rejects when the signal aborts. */
async function until(arrange: (resolve: () => void) => void, signal: AbortSignal): Promise<void> {
  signal.throwIfAborted();
  let onAbort: (() => void) | undefined;
  try {
    await new Promise<void>((resolve, reject) => {
      onAbort = (): void => reject(new DOMException('aborted', 'AbortError'));
      signal.addEventListener('abort', onAbort, { once: true });
      arrange(resolve);
    });
  } finally {
    if (onAbort !== undefined) signal.removeEventListener('abort', onAbort);
  }
}
