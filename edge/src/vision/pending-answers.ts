import { VisionError, type VisionErrorCode } from './errors.ts';

interface Waiting<T> {
  readonly resolve: (answer: T) => void;
  readonly reject: (error: Error) => void;
}

/** Questions to the vision process that have not been answered yet. */
export class PendingAnswers<T> {
  readonly #waiting = new Map<number, Waiting<T>>();
  readonly #late: { readonly code: VisionErrorCode; readonly message: string };
  #nextId = 0;

  /** `late` is the error of an answer that does not come in time. */
  constructor(late: { readonly code: VisionErrorCode; readonly message: string }) {
    this.#late = late;
  }

  /**
   * Sends a question with an id of its own and waits for its answer, its deadline, or `signal`.
   *
   * @throws VisionError when the deadline passes or `signal` ends for a timeout of its own; else the reason of `signal`.
   */
  ask(send: (id: number) => void, deadlineMs: number, signal: AbortSignal): Promise<T> {
    const id = this.#nextId;
    this.#nextId += 1;
    return new Promise((resolve, reject) => {
      const settle = (): void => {
        clearTimeout(timer);
        signal.removeEventListener('abort', onAbort);
        this.#waiting.delete(id);
      };
      const fail = (error: Error): void => {
        settle();
        reject(error);
      };
      const onAbort = (): void => {
        const reason: unknown = signal.reason;
        // The deadline of whoever asks is one too: the answer is late, whoever counts.
        if (reason instanceof Error && reason.name === 'TimeoutError') late();
        else fail(reason instanceof Error ? reason : new DOMException('aborted', 'AbortError'));
      };
      const late = (): void => fail(new VisionError(this.#late.code, this.#late.message));
      const timer = setTimeout(late, deadlineMs);
      this.#waiting.set(id, {
        resolve: (answer) => {
          settle();
          resolve(answer);
        },
        reject: fail,
      });
      if (signal.aborted) {
        onAbort();
        return;
      }
      signal.addEventListener('abort', onAbort, { once: true });
      send(id);
    });
  }

  /** An answer nobody waits for any more is dropped. */
  answered(id: number, answer: T): void {
    this.#waiting.get(id)?.resolve(answer);
  }

  refused({
    id,
    code,
    message,
  }: {
    readonly id: number;
    readonly code: VisionErrorCode;
    readonly message: string;
  }): void {
    this.#waiting.get(id)?.reject(new VisionError(code, message));
  }

  /** The process has ended: no answer will arrive. */
  abandon(): void {
    for (const { reject } of [...this.#waiting.values()]) {
      reject(new VisionError('vision_down', 'the vision process ended'));
    }
  }
}
