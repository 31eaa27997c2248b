import { Worker } from 'node:worker_threads';
import type { PictureSize, InferenceOutput } from '../domain/index.ts';
import { entryBeside, messageOf, readLifeSigns, systemClock } from '@lineside/kit';
import { ANSWER_TICK_MS, type AnswerLimits, AnswerWatch } from './answer-watch.ts';
import { InferenceError } from './errors.ts';
import type { ModelIo } from './model-io.ts';
import type { ModelSpec } from './model-spec.ts';
import { isTfjs } from './tfjs/tfjs-model.ts';
import type { FromWorker, SessionFacts, ToWorker, WorkerTask } from './worker-protocol.ts';

/** An accelerator compiles for minutes. Time in which the thread waits for a CPU does not count. */
const LOAD_DEADLINE_MS = 600_000;
/** How fast the CPU time of the slowest inference is forgotten, per inference. */
const FORGOTTEN = 0.98;
const CLOSE_DEADLINE_MS = 2_000;

/** A letterboxed frame, and the size of the source that it shows. */
export interface SessionFrame {
  readonly pixels: Uint8Array<ArrayBuffer>;
  readonly source: PictureSize;
}

/** The result for one frame, with the frame's buffer. */
export interface SessionAnswer {
  readonly pixels: Uint8Array<ArrayBuffer>;
  readonly seen: InferenceOutput | undefined;
  /** Present when `seen` is not. */
  readonly failure: { readonly reason: 'inference_error' | 'bad_output'; readonly message: string } | undefined;
  /** Monotonic ms at which its run began; no two runs of a session have the same. */
  readonly startedMs: number;
  /** Of the complete run, however many frames were in it. */
  readonly inferMs: number;
  readonly decodeMs: number;
}

/**
 * One model on its own worker thread, because loading and running block the thread that calls them. One run at a time. A
 * native call cannot be interrupted: a session that does not answer is `stuck`, and only ending the process removes it.
 * Whether it will answer is judged by the CPU time of its thread (`AnswerWatch`), so that a busy device is not taken for
 * a model that hangs.
 */
export class OnnxSession {
  readonly #spec: ModelSpec;
  #worker: SessionWorker | undefined;
  #busy = false;
  #stuck = false;
  /** CPU time of the slowest inference of late. */
  #typicalCpuMs = 0;

  constructor(spec: ModelSpec) {
    this.#spec = spec;
  }

  /** True after it was given up: the thread may hang in native code for ever. */
  get stuck(): boolean {
    return this.#stuck;
  }

  /**
   * Loads the model and proves it by one inference.
   *
   * @throws InferenceError when it cannot be used.
   */
  async start(signal: AbortSignal, deadlineMs = LOAD_DEADLINE_MS): Promise<SessionFacts> {
    this.#worker = new SessionWorker({ task: 'serve', spec: this.#spec });
    const message = await this.#ask('model_timeout', { deadlineMs, patience: 1 }, signal);
    if (message.type === 'ready') {
      // Then the thread sleeps while others compute for it. An accelerator computes while all of them sleep.
      if (message.facts.provider === 'cpu' && hasPool(this.#spec)) this.#worker.judgePool();
      this.#typicalCpuMs = message.facts.trialCpuMs;
      return message.facts;
    }
    throw unexpected(message);
  }

  /**
   * Infers one letterboxed frame. Its buffer belongs to the thread until the result returns it.
   *
   * @throws InferenceError `deadline` when it does not come to its end; the session is stuck from then on.
   */
  async infer(pixels: Uint8Array<ArrayBuffer>, source: PictureSize, deadlineMs: number): Promise<SessionAnswer> {
    const [answer] = await this.inferAll([{ pixels, source }], deadlineMs);
    if (answer === undefined) throw new InferenceError('inference_error', 'the session returned no result');
    return answer;
  }

  /**
   * The same for several frames in one run, at most `SessionFacts.batch`; results in their order. A frame with impossible
   * values fails alone. `patience` is a factor for the limits.
   *
   * @throws InferenceError `deadline` when it does not come to its end; the session is stuck from then on.
   */
  async inferAll(frames: readonly SessionFrame[], deadlineMs: number, patience = 1): Promise<readonly SessionAnswer[]> {
    if (this.#worker === undefined || this.#stuck)
      throw new InferenceError('session_closed', 'the session is not open');
    if (this.#busy) throw new Error('one run at a time');
    const sent = frames.map(({ pixels, source }) => ({ pixels: pixels.buffer, source }));
    const buffers = sent.map(({ pixels }) => pixels);
    this.#worker.post({ type: 'infer', frames: sent }, buffers);
    const answer = await this.#ask('deadline', { deadlineMs, typicalCpuMs: this.#typicalCpuMs, patience });
    if (answer.type !== 'answer') throw unexpected(answer);
    const { startedMs, inferMs, cpuMs } = answer;
    this.#typicalCpuMs = Math.max(cpuMs, this.#typicalCpuMs * FORGOTTEN);
    return answer.answers.map(({ pixels, seen, failure, decodeMs }) => {
      return { pixels: new Uint8Array(pixels), seen, failure, startedMs, inferMs, decodeMs };
    });
  }

  /** Ends the thread; false when it is busy or does not end: then ending the process would abort it. */
  async close(): Promise<boolean> {
    const worker = this.#worker;
    if (worker === undefined) return true;
    if (this.#busy || this.#stuck) return false;
    this.#worker = undefined;
    return worker.close(CLOSE_DEADLINE_MS);
  }

  async #ask(late: 'deadline' | 'model_timeout', limits: AnswerLimits, signal?: AbortSignal): Promise<FromWorker> {
    const worker = this.#worker;
    if (worker === undefined) throw new InferenceError('session_closed', 'the session is not open');
    this.#busy = true;
    try {
      const message = await worker.next(late, limits, signal);
      this.#busy = false;
      return message;
    } catch (error) {
      // The thread still works on it, or is gone; either way it takes no more frames.
      this.#stuck = true;
      throw error;
    }
  }
}

/**
 * Inputs and outputs of an ONNX file, read on its own thread.
 *
 * @throws InferenceError when the file is missing or not a model.
 */
export async function describeModel(path: string, signal: AbortSignal): Promise<ModelIo> {
  const worker = new SessionWorker({ task: 'describe', path });
  const message = await worker.next('model_timeout', { deadlineMs: LOAD_DEADLINE_MS, patience: 1 }, signal);
  await worker.close(CLOSE_DEADLINE_MS);
  if (message.type === 'described') return message.io;
  throw unexpected(message);
}

/** The thread and its protocol: one message out, one message back. */
class SessionWorker {
  readonly #worker: Worker;
  readonly #ended: Promise<void>;
  #pooled = false;
  #thread: number | undefined;
  #arrived: FromWorker | undefined;
  #failure: Error | undefined;
  #wake: () => void = () => undefined;

  constructor(task: WorkerTask) {
    const entry = entryBeside(import.meta.url, 'session-worker');
    this.#worker = new Worker(entry.path, { workerData: task, execArgv: [...entry.execArgv] });
    this.#worker.on('message', (message: FromWorker) => {
      if (message.type === 'thread') {
        this.#thread = message.thread;
        return;
      }
      this.#arrived = message;
      this.#wake();
    });
    this.#worker.on('error', (error) => this.#fail(new InferenceError('inference_error', messageOf(error))));
    this.#ended = new Promise((resolve) => {
      this.#worker.once('exit', () => {
        this.#fail(new InferenceError('session_closed', 'the session ended'));
        resolve();
      });
    });
  }

  /** From now on all threads of the process are taken to compute for this one. */
  judgePool(): void {
    this.#pooled = true;
  }

  post(message: ToWorker, transfer: readonly ArrayBuffer[] = []): void {
    this.#worker.postMessage(message, transfer);
  }

  next(late: 'deadline' | 'model_timeout', limits: AnswerLimits, signal?: AbortSignal): Promise<FromWorker> {
    const watch = new AnswerWatch(limits);
    return new Promise((resolve, reject) => {
      let fault: string | undefined;
      const settle = (): void => {
        clearInterval(ticks);
        signal?.removeEventListener('abort', onAbort);
        this.#wake = () => undefined;
      };
      const onAbort = (): void => {
        settle();
        reject(signal?.reason instanceof Error ? signal.reason : new DOMException('aborted', 'AbortError'));
      };
      const ticks = setInterval(() => {
        // When this thread itself was held up, the answer may be waiting: a fault counts only if none comes till then.
        if (fault !== undefined) {
          settle();
          reject(new InferenceError(late, fault));
          return;
        }
        fault = this.#judge(watch);
      }, ANSWER_TICK_MS);
      const look = (): void => {
        const message = this.#arrived;
        if (message === undefined && this.#failure === undefined) return;
        settle();
        this.#arrived = undefined;
        if (message !== undefined) resolve(message);
        else reject(this.#failure ?? new InferenceError('session_closed', 'the session ended'));
      };
      this.#wake = look;
      if (signal?.aborted === true) onAbort();
      else signal?.addEventListener('abort', onAbort, { once: true });
      look();
    });
  }

  /** True when the thread has ended in time. */
  async close(deadlineMs: number): Promise<boolean> {
    if (this.#failure !== undefined) return true;
    this.post({ type: 'close' });
    let timer: NodeJS.Timeout | undefined;
    const late = new Promise<boolean>((resolve) => {
      timer = setTimeout(() => resolve(false), deadlineMs);
    });
    const ended = this.#ended.then(() => true);
    const inTime = await Promise.race([ended, late]);
    clearTimeout(timer);
    return inTime;
  }

  #fail(error: Error): void {
    this.#failure ??= error;
    this.#wake();
  }

  #judge(watch: AnswerWatch): string | undefined {
    const nowMs = systemClock.monoMs();
    const { pid } = process;
    const signs = this.#thread === undefined ? undefined : readLifeSigns({ pid, thread: this.#thread }, nowMs);
    return watch.tick(signs, nowMs, this.#pooled ? readLifeSigns({ pid }, nowMs) : signs);
  }
}

function hasPool(spec: ModelSpec): boolean {
  return (spec.threads ?? 1) > 1 || isTfjs(spec);
}

function unexpected(message: FromWorker): InferenceError {
  if (message.type !== 'failed') return new InferenceError('inference_error', `the session sent ${message.type}`);
  return new InferenceError(message.code, message.message, { advice: message.advice });
}
