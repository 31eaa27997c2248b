import { Worker } from 'node:worker_threads';
import { type Clock, entryBeside, messageOf } from '@lineside/kit';
import { ReadingError } from './errors.ts';
import type { CodePicture, FoundCode, ReadOptions } from './picture.ts';
import type { FromReader, ToReader } from './worker-protocol.ts';

/** Far longer than any picture takes, also on a busy machine: only for a decoder that does not come to its end. */
const DEADLINE_MS = 10_000;
const START_DEADLINE_MS = 60_000;

export interface CodeReaderOptions {
  readonly clock: Clock;
  /** A picture that takes longer is given up, and the thread is replaced. Default: 10 s. */
  readonly deadlineMs?: number;
}

export interface CodeReading {
  readonly codes: readonly FoundCode[];
  /** Time that the decoder took. */
  readonly tookMs: number;
  /** The pixels of the picture, whose buffer belonged to the thread meanwhile. */
  readonly pixels: Uint8Array<ArrayBuffer>;
}

/**
 * Reads barcodes, Data Matrix and QR codes on a thread of its own, one picture at a time in the order of the calls. The
 * thread starts with the first picture. One that hangs or ends is replaced for the next picture; only its own picture is
 * lost.
 */
export class CodeReader {
  readonly #options: CodeReaderOptions;
  #worker: Worker | undefined;
  #last: Promise<unknown> = Promise.resolve();
  #closed = false;

  constructor(options: CodeReaderOptions) {
    this.#options = options;
  }

  /**
   * All codes of a picture. The buffer of its pixels belongs to the thread until the reading returns it.
   *
   * @throws ReadingError when it could not be read at all; no codes is an empty list.
   */
  read(picture: CodePicture, options: ReadOptions, signal: AbortSignal): Promise<CodeReading> {
    const turn = this.#last.then(() => this.#read(picture, options, signal));
    this.#last = turn.catch(() => undefined);
    return turn;
  }

  /** Ends the thread; a picture that is being read fails. */
  async close(): Promise<void> {
    this.#closed = true;
    await this.#replace();
  }

  async #read(picture: CodePicture, options: ReadOptions, signal: AbortSignal): Promise<CodeReading> {
    if (this.#closed) throw new ReadingError('reader_closed', 'the reader was closed');
    signal.throwIfAborted();
    const { deadlineMs = DEADLINE_MS } = this.#options;
    try {
      this.#worker ??= await this.#start(signal);
      const request: ToReader = { picture, options };
      const answer = await this.#next(this.#worker, deadlineMs, signal, () =>
        this.#worker?.postMessage(request, [picture.pixels.buffer]),
      );
      if (answer.type !== 'codes') throw new ReadingError('reading_failed', failureOf(answer));
      const { codes, tookMs, pixels } = answer;
      return { codes, tookMs, pixels: new Uint8Array(pixels) };
    } catch (error) {
      await this.#replace();
      throw error;
    }
  }

  async #start(signal: AbortSignal): Promise<Worker> {
    const entry = entryBeside(import.meta.url, 'reader-worker');
    const worker = new Worker(entry.path, { execArgv: [...entry.execArgv] });
    this.#worker = worker;
    // Also between two pictures; what waits for an answer has its own listeners.
    worker.on('error', () => undefined);
    worker.once('exit', () => {
      if (this.#worker === worker) this.#worker = undefined;
    });
    const answer = await this.#next(worker, START_DEADLINE_MS, signal);
    if (answer.type !== 'ready') throw new ReadingError('reading_failed', failureOf(answer));
    return worker;
  }

  async #replace(): Promise<void> {
    const worker = this.#worker;
    this.#worker = undefined;
    await worker?.terminate();
  }

  /** The next message of the thread. */
  async #next(worker: Worker, deadlineMs: number, signal: AbortSignal, ask?: () => void): Promise<FromReader> {
    const settled = new AbortController();
    const late = this.#options.clock.sleep(deadlineMs, AbortSignal.any([settled.signal, signal])).then(() => {
      throw new ReadingError('reading_timeout', `no codes within ${deadlineMs} ms`);
    });
    const answer = new Promise<FromReader>((resolve, reject) => {
      const { signal: done } = settled;
      const once = <T>(event: string, act: (value: T) => void): void => {
        worker.once(event, act);
        done.addEventListener('abort', () => worker.off(event, act), { once: true });
      };
      once<FromReader>('message', resolve);
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

function failureOf(answer: FromReader): string {
  return answer.type === 'failed' ? answer.message : `unexpected answer ${answer.type}`;
}
