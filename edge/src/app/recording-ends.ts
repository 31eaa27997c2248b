import type { CameraStatus, Inspection } from '../domain/index.ts';
import type { VisionListener } from '../pipeline/index.ts';

/** Notices when every recording has ended, and how long each was. */
export class RecordingEnds implements Partial<VisionListener> {
  readonly all: Promise<void>;
  readonly lengthMs = new Map<string, number>();
  readonly #open: Set<string>;
  readonly #resolve: () => void;

  constructor(cameras: readonly string[]) {
    const { promise, resolve } = Promise.withResolvers<undefined>();
    this.all = promise;
    this.#resolve = () => resolve(undefined);
    this.#open = new Set(cameras);
    if (cameras.length === 0) this.#resolve();
  }

  inspection({ frame }: Inspection): void {
    this.lengthMs.set(frame.camera, Math.max(frame.atMs, this.lengthMs.get(frame.camera) ?? 0));
  }

  camera({ camera, state }: CameraStatus): void {
    // A recording that cannot be read is at its end as well.
    if (state === 'failed') this.ended(camera);
  }

  ended(camera: string): void {
    this.#open.delete(camera);
    if (this.#open.size === 0) this.#resolve();
  }
}
