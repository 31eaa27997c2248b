import type { BufferPool, CameraFrame } from '../camera/index.ts';
import { formatKey } from '../camera/index.ts';
import type { ModelManifest } from '../inference/index.ts';
import type { ModelRunner } from './model-runner.ts';
import { type HeldPicture, PictureRing } from './picture-ring.ts';
import { type CameraPlan, formatOf } from './plan.ts';

const PICTURES_LEAST = 6;
const PICTURES_MOST = 16;

/** A model that looks at a camera. */
export interface Watcher {
  readonly runner: ModelRunner;
  readonly manifest: ModelManifest;
}

/** Hands each frame of one camera to its models, and holds its pictures. */
export class CameraDesk {
  readonly ring: PictureRing;
  readonly #plan: CameraPlan;
  readonly #pool: BufferPool;
  readonly #watchers: readonly (Watcher & { readonly input: number })[];
  /** Frames of a recording that the main process has not yet dealt with. */
  readonly #unseen = new Map<number, { left: number; readonly release: () => void }>();
  readonly #signal: AbortSignal;

  constructor(plan: CameraPlan, watchers: readonly Watcher[], pool: BufferPool, signal: AbortSignal) {
    this.#plan = plan;
    this.#pool = pool;
    this.#signal = signal;
    this.ring = new PictureRing(pool, Math.min(PICTURES_MOST, Math.max(PICTURES_LEAST, Math.ceil(plan.fps * 1.2))));
    const keys = formatsOf(watchers).map(formatKey);
    this.#watchers = watchers.map((watcher) => ({
      ...watcher,
      input: keys.indexOf(formatKey(formatOf(watcher.manifest))),
    }));
  }

  /** A recording's frame resolves when every model's result has been dealt with by the main process. */
  frame(frame: CameraFrame): Promise<void> | void {
    const { index, atMs, source, picture } = frame;
    const pins = this.#watchers.length;
    const held: HeldPicture = { index, pixels: picture.pixels, size: picture.size, source, pins, inspected: false };
    this.ring.hold(held);
    const patient = this.#plan.mode === 'recording';
    const dealtWith = patient && pins > 0 ? this.#await(index, pins) : undefined;
    const ref = { camera: this.#plan.id, index, atMs, ...source };
    const settle = (inspected: boolean): void => {
      held.inspected ||= inspected;
      this.ring.unpin(held);
      if (!inspected) this.seen(index);
    };
    const tickets = this.#inputs(frame.inputs).map(({ runner, pixels }) => ({
      runner,
      ticket: { frame: ref, arrivedMs: frame.arrivedMs, pixels, patient, settle },
    }));
    for (const { runner, ticket } of tickets) runner.offer(ticket);
    return dealtWith;
  }

  /** The main process has dealt with one result of frame `index`. */
  seen(index: number): void {
    const waiting = this.#unseen.get(index);
    if (waiting === undefined) return;
    waiting.left -= 1;
    if (waiting.left > 0) return;
    this.#unseen.delete(index);
    waiting.release();
  }

  #await(index: number, results: number): Promise<void> {
    return new Promise((resolve) => {
      const release = (): void => {
        this.#signal.removeEventListener('abort', release);
        resolve();
      };
      this.#unseen.set(index, { left: results, release });
      this.#signal.addEventListener('abort', release, { once: true });
    });
  }

  /** A buffer is transferred to one worker; a second model of the same format gets a copy. */
  #inputs(inputs: CameraFrame['inputs']): { runner: ModelRunner; pixels: Uint8Array<ArrayBuffer> }[] {
    const used = new Set<number>();
    return this.#watchers.map(({ runner, input }) => {
      const original = inputs[input];
      if (original === undefined) throw new Error(`no input ${input} for camera ${this.#plan.id}`);
      if (!used.has(input)) {
        used.add(input);
        return { runner, pixels: original };
      }
      const copy = this.#pool.take(original.byteLength);
      copy.set(original);
      return { runner, pixels: copy };
    });
  }
}

/** Distinct formats of a camera's models: FFmpeg makes each once. */
export function formatsOf(watchers: readonly Watcher[]): ReturnType<typeof formatOf>[] {
  const byKey = new Map(watchers.map(({ manifest }) => [formatKey(formatOf(manifest)), formatOf(manifest)]));
  return [...byKey.values()];
}
