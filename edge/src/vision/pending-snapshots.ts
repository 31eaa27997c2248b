import type { Picture } from '../pipeline/index.ts';
import { VisionError } from './errors.ts';
import type { FromVision } from './messages.ts';

interface Waiting {
  readonly resolve: (picture: Picture) => void;
  readonly reject: (error: Error) => void;
}

/** Snapshots that were requested from the vision process and have not arrived yet. */
export class PendingSnapshots {
  readonly #waiting = new Map<number, Waiting>();
  readonly #deadlineMs: number;
  #nextId = 0;

  constructor(deadlineMs: number) {
    this.#deadlineMs = deadlineMs;
  }

  get waiting(): number {
    return this.#waiting.size;
  }

  /** Sends a request with an id of its own and waits for its answer, its deadline, or `signal`. */
  ask(send: (id: number) => void, signal: AbortSignal): Promise<Picture> {
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
        fail(signal.reason instanceof Error ? signal.reason : new DOMException('aborted', 'AbortError'));
      };
      const timer = setTimeout(
        () => fail(new VisionError('picture_late', 'the snapshot took too long')),
        this.#deadlineMs,
      );
      this.#waiting.set(id, {
        resolve: (picture) => {
          settle();
          resolve(picture);
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

  arrived(message: Extract<FromVision, { type: 'picture' | 'no_picture' }>): void {
    const waiting = this.#waiting.get(message.id);
    if (waiting === undefined) return;
    if (message.type === 'no_picture') {
      waiting.reject(new VisionError(message.code, message.message));
      return;
    }
    const { jpeg, width, height, index } = message;
    waiting.resolve({ jpeg: Buffer.from(jpeg.buffer, jpeg.byteOffset, jpeg.byteLength), width, height, index });
  }

  /** The process has ended: no requested snapshot will arrive. */
  abandon(): void {
    for (const { reject } of [...this.#waiting.values()]) {
      reject(new VisionError('vision_down', 'the vision process ended'));
    }
  }
}
