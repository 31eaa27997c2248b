import { readFile } from 'node:fs/promises';
import { entryBeside, exitText, messageOf, SupervisedProcess } from '@lineside/kit';
import type { PictureSize } from '../domain/index.ts';
import {
  InferenceError,
  type InferenceErrorCode,
  type ModelSpec,
  type SessionAnswer,
  type SessionFacts,
} from '../inference/index.ts';

export type ToProcess =
  | { readonly type: 'start'; readonly spec: ModelSpec }
  | {
      readonly type: 'infer';
      readonly pixels: Uint8Array<ArrayBuffer>;
      readonly source: PictureSize;
      readonly deadlineMs: number;
    };

export type FromProcess =
  | { readonly type: 'started'; readonly facts: SessionFacts }
  | { readonly type: 'answer'; readonly answer: SessionAnswer }
  | { readonly type: 'failed'; readonly code: InferenceErrorCode; readonly message: string; readonly advice: string };

/** What predicting needs of a session. */
export interface Session {
  start(signal: AbortSignal): Promise<SessionFacts>;
  infer(pixels: Uint8Array<ArrayBuffer>, source: PictureSize, deadlineMs: number): Promise<SessionAnswer>;
  close(): Promise<boolean>;
  /** Most memory that its process had so far, bytes; undefined where it has none of its own, or the system does not say. */
  peakBytes?(): Promise<number | undefined>;
}

/**
 * A session in a process of its own, for a model of unknown origin: one that never comes to an end, or that ends its
 * process, costs no more than that process. Ends with the signal of `start`, and with `close`, at once.
 */
export class SessionProcess implements Session {
  readonly #spec: ModelSpec;
  #child: SupervisedProcess | undefined;
  #receive: ((message: FromProcess) => void) | undefined;
  /** The answer to everything that is asked after the end of the process. */
  #ended: FromProcess | undefined;

  constructor(spec: ModelSpec) {
    this.#spec = spec;
  }

  async start(signal: AbortSignal): Promise<SessionFacts> {
    signal.throwIfAborted();
    const entry = entryBeside(import.meta.url, 'predictor-process');
    const child = new SupervisedProcess({
      command: process.execPath,
      args: [...entry.execArgv, entry.path],
      ...{ stdout: 'ignore', stderr: 'pipe', ipc: true },
      // Written by the program beside this file.
      onMessage: (message) => this.#receive?.(message as FromProcess),
    });
    this.#child = child;
    void child.exited.then(exitText, messageOf).then((how) => {
      const message = `the process of the model ended (${how})`;
      const advice = 'Check the model and the free memory.';
      this.#ended = { type: 'failed', code: 'inference_error', message, advice };
      this.#receive?.(this.#ended);
    });
    signal.addEventListener('abort', () => void child.kill(), { once: true });
    const answer = await this.#ask({ type: 'start', spec: this.#spec });
    signal.throwIfAborted();
    if (answer.type === 'started') return answer.facts;
    throw failureOf(answer);
  }

  async infer(pixels: Uint8Array<ArrayBuffer>, source: PictureSize, deadlineMs: number): Promise<SessionAnswer> {
    const answer = await this.#ask({ type: 'infer', pixels, source, deadlineMs });
    if (answer.type === 'answer') return { ...answer.answer, pixels };
    throw failureOf(answer);
  }

  async peakBytes(): Promise<number | undefined> {
    const pid = this.#child?.pid;
    if (pid === undefined) return undefined;
    const status = await readFile(`/proc/${pid}/status`, 'utf8').catch(() => '');
    const [, kilobytes] = /^VmHWM:\s+(\d+) kB$/m.exec(status) ?? [];
    return kilobytes === undefined ? undefined : Number(kilobytes) * 1024;
  }

  /** Kills the process. */
  async close(): Promise<boolean> {
    await this.#child?.kill();
    return true;
  }

  /** One message there, one back; an end of the process is an answer too. */
  async #ask(message: ToProcess): Promise<FromProcess> {
    const child = this.#child;
    if (child === undefined) throw new InferenceError('session_closed', 'the session is not open');
    if (this.#ended !== undefined) return this.#ended;
    const received = new Promise<FromProcess>((resolve) => {
      this.#receive = resolve;
    });
    child.send(message);
    return received;
  }
}

function failureOf(answer: FromProcess): InferenceError {
  if (answer.type !== 'failed') return new InferenceError('inference_error', `the session sent ${answer.type}`);
  return new InferenceError(answer.code, answer.message, { advice: answer.advice });
}
