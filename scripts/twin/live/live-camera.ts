import { once } from 'node:events';
import { Worker } from 'node:worker_threads';
import type { Line } from '../line.ts';
import type { AccessUnit, H264Source } from '../rtsp/index.ts';
import type { LiveOrder, LiveUnit } from './messages.ts';
import { Viewer } from './viewer.ts';

/** How long a camera's thread may take to end by itself. */
const STOP_MS = 2000;

/** One camera of a line in real time: rendered and coded once on a thread of its own, shared by all who watch. */
export class LiveCamera implements H264Source {
  readonly cameraId: string;
  readonly fps: number;
  readonly width: number;
  readonly height: number;
  readonly #order: LiveOrder;
  readonly #viewers = new Set<Viewer>();
  #frames = 0;

  /** `zero`: wall time in ms of stream time 0. */
  constructor(line: Line, cameraId: string, zero: number) {
    this.cameraId = cameraId;
    this.fps = line.fps;
    this.width = line.size.width;
    this.height = line.size.height;
    this.#order = { line, cameraId, zero };
  }

  /** Pictures coded so far. */
  get frames(): number {
    return this.#frames;
  }

  /** Renders until the signal aborts. Rejects when the thread or its encoder fails. */
  async run(signal: AbortSignal): Promise<void> {
    if (signal.aborted) return;
    const worker = new Worker(new URL('./worker.ts', import.meta.url), { workerData: this.#order });
    // `once` rejects on the worker's 'error', which is how its exceptions arrive.
    const gone = once(worker, 'exit').then(() => 'gone' as const);
    worker.on('message', (unit: LiveUnit) => this.#share(unit));
    const told = once(signal, 'abort').then(() => 'told' as const);
    try {
      if ((await Promise.race([gone, told])) === 'gone') throw new Error(`camera ${this.cameraId}: its thread ended`);
      worker.postMessage('stop');
      const patience = setTimeout(() => void worker.terminate(), STOP_MS);
      await gone.finally(() => clearTimeout(patience));
    } finally {
      for (const viewer of this.#viewers) viewer.end();
    }
  }

  /** Pictures from the next key picture on, until the signal aborts or the camera stops. */
  async *open(signal: AbortSignal): AsyncGenerator<AccessUnit, void, undefined> {
    const viewer = new Viewer(signal);
    this.#viewers.add(viewer);
    try {
      yield* viewer;
    } finally {
      this.#viewers.delete(viewer);
    }
  }

  #share(unit: LiveUnit): void {
    this.#frames += 1;
    const { buffer, byteOffset, byteLength } = unit.annexB;
    const shared: AccessUnit = {
      annexB: Buffer.from(buffer, byteOffset, byteLength),
      timestampSeconds: unit.frame / this.fps,
      key: unit.key,
    };
    for (const viewer of this.#viewers) viewer.give(shared);
  }
}
