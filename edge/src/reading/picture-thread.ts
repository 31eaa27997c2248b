import { Worker } from 'node:worker_threads';
import { type Clock, entryBeside, LinesideError, messageOf } from '@lineside/kit';
import { OcrError } from '../ocr/index.ts';
import { ReadingError } from './errors.ts';
import type { CodePicture } from './picture.ts';
import type { FromReader, ToReader } from './worker-protocol.ts';

/** Far longer than any picture takes, also on a busy machine: only for one that does not come to its end. */
const DEADLINE_MS = 10_000;
const START_DEADLINE_MS = 60_000;
const CLOSE_DEADLINE_MS = 10_000;

export interface PictureThreadOptions {
  readonly clock: Clock;
  /** A picture that takes longer is given up, and the thread is replaced. Default: 10 s. */
  readonly deadlineMs?: number;
}

export interface PictureThreadKind {
  /** File of the thread, beside this one and without its ending. */
  readonly entry: 'reader-worker' | 'text-worker';
  /** May be ended at any moment. Ending a thread inside of ONNX Runtime would end the process. */
  readonly interruptible: boolean;
}

/** What was found in a picture. */
export interface PictureAnswer<Found> {
  readonly found: Found;
  /** Time that the reading took. */
  readonly tookMs: number;
  /** The pixels of the picture, whose buffer belonged to the thread meanwhile. */
  readonly pixels: Uint8Array<ArrayBuffer>;
}

/**
 * A thread that reads pictures, one at a time in the order of the calls. It starts with the first picture. One that hangs
 * or ends is replaced for the next picture; only its own picture is lost.
 */
export class PictureThread<Options, Found> {
  readonly #options: PictureThreadOptions;
  readonly #kind: PictureThreadKind;
  #worker: Worker | undefined;
  /** A thread that was given up and still computes. */
  #hanging: Worker | undefined;
  #last: Promise<unknown> = Promise.resolve();
  #closed = false;

  constructor(kind: PictureThreadKind, options: PictureThreadOptions) {
    this.#kind = kind;
    this.#options = options;
  }

  /**
   * The buffer of the pixels belongs to the thread until the answer returns it.
   *
   * @throws ReadingError when the picture could not be read at all, OcrError when text cannot be read here.
   */
  read(picture: CodePicture, options: Options, signal: AbortSignal): Promise<PictureAnswer<Found>> {
    if (this.#closed) return Promise.reject(new ReadingError('reader_closed', 'the reader was closed'));
    const turn = this.#last.then(() => this.#read(picture, options, signal));
    this.#last = turn.catch(() => undefined);
    return turn;
  }

  /** Ends the thread; where it can be ended at any moment, a picture that is being read fails. */
  async close(): Promise<void> {
    this.#closed = true;
    if (!this.#kind.interruptible) await this.#last;
    await this.#end();
  }

  async #read(picture: CodePicture, options: Options, signal: AbortSignal): Promise<PictureAnswer<Found>> {
    if (this.#closed && this.#kind.interruptible) throw new ReadingError('reader_closed', 'the reader was closed');
    signal.throwIfAborted();
    if (this.#hanging !== undefined)
      throw new ReadingError('reading_timeout', 'an earlier picture has not come to its end');
    const { deadlineMs = DEADLINE_MS } = this.#options;
    const answer = await this.#ask({ type: 'read', picture, options }, deadlineMs, signal);
    if (answer.type === 'read') {
      const { found, tookMs, pixels } = answer;
      return { found, tookMs, pixels: new Uint8Array(pixels) };
    }
    // After a failure inside of WebAssembly nobody knows what its memory holds.
    if (this.#kind.interruptible) await this.#end();
    throw failureOf(answer);
  }

  async #ask(
    request: Extract<ToReader<Options>, { type: 'read' }>,
    deadlineMs: number,
    signal: AbortSignal,
  ): Promise<FromReader<Found>> {
    try {
      this.#worker ??= await this.#start(signal);
      return await this.#next(this.#worker, deadlineMs, signal, () =>
        this.#worker?.postMessage(request, [request.picture.pixels.buffer]),
      );
    } catch (error) {
      await this.#giveUp();
      throw error;
    }
  }

  async #start(signal: AbortSignal): Promise<Worker> {
    const entry = entryBeside(import.meta.url, this.#kind.entry);
    const worker = new Worker(entry.path, { execArgv: [...entry.execArgv] });
    this.#worker = worker;
    // Also between two pictures; what waits for an answer has its own listeners.
    worker.on('error', () => undefined);
    worker.once('exit', () => {
      if (this.#worker === worker) this.#worker = undefined;
      if (this.#hanging === worker) this.#hanging = undefined;
    });
    const { deadlineMs = DEADLINE_MS } = this.#options;
    const answer = await this.#next(worker, Math.max(START_DEADLINE_MS, deadlineMs), signal);
    if (answer.type === 'ready') return worker;
    // Such a thread ends by itself.
    this.#worker = undefined;
    throw failureOf(answer);
  }

  async #giveUp(): Promise<void> {
    if (this.#kind.interruptible) await this.#end();
    this.#hanging = this.#worker;
    this.#hanging?.postMessage({ type: 'close' } satisfies ToReader<Options>);
    this.#worker = undefined;
  }

  async #end(): Promise<void> {
    const worker = this.#worker ?? this.#hanging;
    this.#worker = undefined;
    if (worker === undefined) return;
    if (this.#kind.interruptible) {
      await worker.terminate();
      return;
    }
    const ended = new AbortController();
    const exit = new Promise<void>((resolve) => worker.once('exit', () => resolve()));
    worker.postMessage({ type: 'close' } satisfies ToReader<Options>);
    await Promise.race([exit, this.#options.clock.sleep(CLOSE_DEADLINE_MS, ended.signal)]);
    ended.abort();
  }

  /** The next message of the thread. */
  async #next(worker: Worker, deadlineMs: number, signal: AbortSignal, ask?: () => void): Promise<FromReader<Found>> {
    const settled = new AbortController();
    const late = this.#options.clock.sleep(deadlineMs, AbortSignal.any([settled.signal, signal])).then(() => {
      throw new ReadingError('reading_timeout', `no answer within ${deadlineMs} ms`);
    });
    const answer = new Promise<FromReader<Found>>((resolve, reject) => {
      const { signal: done } = settled;
      const once = <T>(event: string, act: (value: T) => void): void => {
        worker.once(event, act);
        done.addEventListener('abort', () => worker.off(event, act), { once: true });
      };
      once<FromReader<Found>>('message', resolve);
      once<unknown>('error', (error) => reject(new ReadingError('reading_failed', messageOf(error), error)));
      once<number>('exit', () => reject(new ReadingError('reader_closed', 'the thread of the reader ended')));
    });
    try {
      ask?.();
      return await Promise.race([answer, late]);
    } finally {
      late.catch(() => undefined);
      answer.catch(() => undefined);
      settled.abort();
    }
  }
}

function failureOf(answer: FromReader<unknown>): LinesideError {
  if (answer.type !== 'failed') return new ReadingError('reading_failed', `unexpected answer ${answer.type}`);
  const { code = 'reading_failed', message } = answer;
  return code === 'ocr_missing' || code === 'ocr_damaged'
    ? new OcrError(code, message)
    : new ReadingError(code, message);
}
