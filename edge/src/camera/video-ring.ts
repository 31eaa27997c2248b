import { type Clock, unlessAbort } from '@lineside/kit';
import { clipFile, videoSize } from './clip-file.ts';
import { FragmentReader } from './fragment-reader.ts';

/** Part of a stream between two key frames, as it came from the camera. */
interface Fragment {
  /** Monotonic ms at which its first picture arrived, and the first of the next. */
  readonly fromMs: number;
  readonly toMs: number;
  readonly bytes: Buffer;
}

/** One connection to the camera: fragments of different ones do not fit into one file. */
interface Recording {
  readonly startedMs: number;
  header: Buffer | undefined;
  readonly fragments: Fragment[];
  ended: boolean;
}

export interface Clip {
  readonly mp4: Buffer;
  readonly width: number;
  readonly height: number;
  /** Monotonic ms of what it shows. */
  readonly fromMs: number;
  readonly toMs: number;
}

export interface ClipSpan {
  /** Monotonic ms. */
  readonly fromMs: number;
  readonly toMs: number;
  /** The instant that the clip is about. */
  readonly atMs: number;
}

/** A clip in the making: holds on to its fragments, whatever the ring has to forget. */
interface Job extends ClipSpan {
  readonly recording: Recording;
  readonly fragments: Fragment[];
  bytes: number;
  readonly done: () => void;
}

/** After the end of its time a clip waits so long for the key frame that ends its last fragment. */
const LATE_MS = 12_000;

/**
 * The undecoded stream of one camera over the last seconds, in memory and bounded in bytes, from which clips are cut
 * without encoding. Nothing is written to a disk before there is an event to keep.
 */
export class VideoRing {
  readonly #maxBytes: number;
  readonly #clock: Clock;
  #recordings: Recording[] = [];
  #bytes = 0;
  readonly #jobs = new Set<Job>();

  constructor(maxBytes: number, clock: Clock) {
    this.#maxBytes = maxBytes;
    this.#clock = clock;
  }

  /** Bytes held for clips to come. */
  get bytes(): number {
    return this.#bytes;
  }

  /** A new connection begins; gives what reads its bytes. */
  begin(): (chunk: Uint8Array) => void {
    this.end();
    const recording: Recording = {
      startedMs: this.#clock.monoMs(),
      header: undefined,
      fragments: [],
      ended: false,
    };
    this.#recordings.push(recording);
    let fromMs = recording.startedMs;
    const reader = new FragmentReader({
      header: (bytes) => void (recording.header = Buffer.from(bytes)),
      fragment: (bytes) => {
        const toMs = this.#clock.monoMs();
        this.#add(recording, { fromMs, toMs, bytes });
        fromMs = toMs;
      },
    });
    return (chunk) => reader.push(chunk);
  }

  /** The connection has ended: clips that waited for more of it get what there is. */
  end(): void {
    const newest = this.#recordings.at(-1);
    if (newest === undefined || newest.ended) return;
    newest.ended = true;
    for (const job of this.#jobs) if (job.recording === newest) job.done();
  }

  /**
   * Cuts a clip; waits until its end has come, the stream has ended, or `signal` aborts. Undefined where nothing of it is
   * held. It begins and ends with whole groups of pictures, so it is longer than asked for, and shorter where the ring
   * had to forget.
   */
  async clip(span: ClipSpan, signal: AbortSignal): Promise<Clip | undefined> {
    const recording = this.#recordings.findLast(({ startedMs }) => startedMs <= span.atMs);
    if (recording === undefined) return undefined;
    const fragments = recording.fragments.filter((fragment) => overlaps(fragment, span));
    const bytes = fragments.reduce((sum, fragment) => sum + fragment.bytes.length, 0);
    const { promise, resolve } = Promise.withResolvers<undefined>();
    const job: Job = { ...span, recording, fragments, bytes, done: () => resolve(undefined) };
    if (!recording.ended && (recording.fragments.at(-1)?.toMs ?? 0) < span.toMs) {
      this.#jobs.add(job);
      const waitMs = Math.max(0, span.toMs - this.#clock.monoMs()) + LATE_MS;
      const over = new AbortController();
      const late = this.#clock.sleep(waitMs, AbortSignal.any([signal, over.signal])).catch(unlessAbort);
      await Promise.race([promise, late]);
      over.abort();
      this.#jobs.delete(job);
    }
    signal.throwIfAborted();
    return clipOf(job);
  }

  #add(recording: Recording, fragment: Fragment): void {
    recording.fragments.push(fragment);
    this.#bytes += fragment.bytes.length;
    for (const job of this.#jobs) {
      if (job.recording !== recording) continue;
      if (overlaps(fragment, job) && job.bytes + fragment.bytes.length <= this.#maxBytes) {
        job.fragments.push(fragment);
        job.bytes += fragment.bytes.length;
      } else if (overlaps(fragment, job)) job.done();
      if (fragment.toMs >= job.toMs) job.done();
    }
    this.#forget();
  }

  #forget(): void {
    while (this.#bytes > this.#maxBytes) {
      const oldest = this.#recordings[0]?.fragments.shift();
      if (oldest !== undefined) this.#bytes -= oldest.bytes.length;
      if (!this.#dropEmpty() && oldest === undefined) return;
    }
    this.#dropEmpty();
  }

  /** Forgets the oldest connections of which nothing is held any more; the newest stays. */
  #dropEmpty(): boolean {
    const before = this.#recordings.length;
    while (this.#recordings.length > 1 && this.#recordings[0]?.fragments.length === 0) this.#recordings.shift();
    return this.#recordings.length < before;
  }
}

function overlaps({ fromMs, toMs }: Fragment, span: ClipSpan): boolean {
  return toMs > span.fromMs && fromMs < span.toMs;
}

function clipOf({ recording, fragments }: Job): Clip | undefined {
  const [first, last] = [fragments[0], fragments.at(-1)];
  const { header } = recording;
  if (header === undefined || first === undefined || last === undefined) return undefined;
  const size = videoSize(header);
  if (size === undefined) return undefined;
  const mp4 = clipFile(
    header,
    fragments.map(({ bytes }) => bytes),
  );
  return { mp4, ...size, fromMs: first.fromMs, toMs: last.toMs };
}
