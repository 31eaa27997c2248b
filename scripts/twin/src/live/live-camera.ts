import { entryBeside } from '@lineside/kit';
import { once } from 'node:events';
import { Worker } from 'node:worker_threads';
import type { Line } from '../scenes/index.ts';
import type { AccessUnit, H264Source } from '../rtsp/index.ts';
import type { LiveOrder, LiveUnit } from './messages.ts';
import { Viewer } from './viewer.ts';

/** How long a camera's thread may take to end by itself. */
const STOP_MS = 2000;

/** One camera of a line in real time: rendered and encoded once on its own thread, shared by all viewers. */
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
    const size = line.cameras.find(({ id }) => id === cameraId)?.size ?? line.size;
    this.width = size.width;
    this.height = size.height;
    this.#order = { line, cameraId, zero };
  }

  /** Frames encoded so far. */
  get frames(): number {
    return this.#frames;
  }

  /** Renders until the signal aborts. Rejects when the thread or its encoder fails. */
  async run(signal: AbortSignal): Promise<void> {
    if (signal.aborted) return;
    const entry = entryBeside(import.meta.url, 'worker');
    const worker = new Worker(entry.path, { workerData: this.#order, execArgv: [...entry.execArgv] });
    // `once` rejects on the worker's 'error', which is how its exceptions arrive.
    const gone = once(worker, 'exit').then(() => 'gone' as const);
    worker.on('message', (unit: LiveUnit) => this.#deliver(unit));
    const stopped = once(signal, 'abort').then(() => 'stopped' as const);
    try {
      if ((await Promise.race([gone, stopped])) === 'gone')
        throw new Error(`camera ${this.cameraId}: its thread ended`);
      worker.postMessage('stop');
      const patience = setTimeout(() => void worker.terminate(), STOP_MS);
      await gone.finally(() => clearTimeout(patience));
    } finally {
      for (const viewer of this.#viewers) viewer.end();
    }
  }

  /** Encoded frames from the next key frame on, until the signal aborts or the camera stops. */
  async *open(signal: AbortSignal): AsyncGenerator<AccessUnit, void, undefined> {
    const viewer = new Viewer(signal);
    this.#viewers.add(viewer);
    try {
      yield* viewer;
    } finally {
      this.#viewers.delete(viewer);
    }
  }

  #deliver(unit: LiveUnit): void {
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
