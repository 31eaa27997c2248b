import { messageOf, type ProcessExit, SupervisedProcess, systemCode } from '@lineside/kit';
import { StreamError } from './errors.ts';
import { ffmpegEnvironment } from './ffmpeg-environment.ts';

const GRACE_MS = 2_000;
/** A live child that was killed may have left a program of its own behind, which holds its outputs open. */
const DRAIN_MS = 2_000;
const SECOND_SIGNAL_MS = 30;

export interface FfmpegChildOptions {
  readonly command: string;
  readonly args: readonly string[];
  /** Number of frame outputs, from `pipe:3` on. */
  readonly outputs: number;
  /** The bytes must be copied. */
  readonly onBytes: (output: number, chunk: Uint8Array) => void;
  /** Where one more output follows them, which is read from the start: takes what it carries. */
  readonly onCopy?: ((chunk: Uint8Array) => void) | undefined;
  /** The same for one more output, after that one. */
  readonly onPackets?: ((chunk: Uint8Array) => void) | undefined;
  readonly onStderr: (text: string) => void;
  /** A recording's last frames are read as slowly as they are inspected; those of a live camera are not waited for. */
  readonly mustDrain: boolean;
}

/** One FFmpeg process with its frame pipes. Nothing is read from the pipes before `flow()`. */
export class FfmpegChild {
  /** Resolves when the process has ended and its output has been passed on; rejects when it cannot be started. */
  readonly exited: Promise<ProcessExit>;
  readonly #process: SupervisedProcess;
  readonly #frameOutputs: number;

  constructor({ command, args, outputs, onBytes, onStderr, onCopy, onPackets, mustDrain }: FfmpegChildOptions) {
    const taps = [onCopy, onPackets].filter((tap) => tap !== undefined);
    this.#process = new SupervisedProcess({
      ...{ command, args, onStderr, extraPipes: outputs + taps.length, graceMs: GRACE_MS },
      onExtra: (output, bytes) => {
        if (output < outputs) onBytes(output, bytes);
        // The undecoded stream is small, and is kept.
        else taps[output - outputs]?.(Uint8Array.from(bytes));
      },
      // `onStderr` reads all of it.
      keepCharacters: 0,
      env: ffmpegEnvironment(),
      // It dies with the group of the vision process, which may be killed at any time.
      group: 'parent',
      drainMs: mustDrain ? Number.POSITIVE_INFINITY : DRAIN_MS,
    });
    this.#frameOutputs = outputs;
    for (const n of taps.keys()) this.#process.extraPipes[outputs + n]?.resume();
    this.exited = this.#process.exited.catch((error: unknown) => {
      const missing = systemCode(error) === 'ENOENT' || systemCode(error) === 'EACCES';
      throw new StreamError(missing ? 'ffmpeg_missing' : 'unknown', `${command}: ${messageOf(error)}`, error);
    });
    // The owner awaits it sooner or later; until then a failure to start is not an unhandled rejection.
    this.exited.catch(() => undefined);
  }

  get pid(): number | undefined {
    return this.#process.pid;
  }

  /** Starts reading, or goes on after `hold`. */
  flow(): void {
    for (const pipe of this.#framePipes) pipe.resume();
  }

  /** Stops reading all outputs, so that FFmpeg waits when its pipes are full. */
  hold(): void {
    for (const pipe of this.#framePipes) pipe.pause();
  }

  /**
   * Ends the process: SIGTERM, `graceMs` (two seconds when left out), SIGKILL. True when it had to be killed. The grace
   * lets FFmpeg take leave of the camera, which frees the place of a viewer.
   */
  async terminate(graceMs = GRACE_MS): Promise<boolean> {
    this.#closePipes();
    return this.#process.terminate(graceMs);
  }

  /**
   * The same for a process that may be waiting for its camera: the first SIGTERM asks FFmpeg to end after the packet for
   * which it waits, the second one interrupts that.
   */
  async interrupt(graceMs: number): Promise<boolean> {
    this.#closePipes();
    this.#process.signal('SIGTERM');
    // Two signals at the same moment would be one.
    await new Promise((resolve) => setTimeout(resolve, SECOND_SIGNAL_MS));
    return this.#process.terminate(graceMs);
  }

  /** Ends the process at once. */
  async kill(): Promise<void> {
    this.#closePipes();
    await this.#process.kill();
  }

  get #framePipes(): SupervisedProcess['extraPipes'] {
    return this.#process.extraPipes.slice(0, this.#frameOutputs);
  }

  /** FFmpeg that waits for a full pipe gets the broken pipe at once. */
  #closePipes(): void {
    for (const pipe of this.#process.extraPipes) pipe.destroy();
  }
}
