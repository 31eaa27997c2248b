import { type ChildProcess, spawn } from 'node:child_process';
import type { Readable } from 'node:stream';
import { setTimeout as delay } from 'node:timers/promises';
import { messageOf, systemCode } from '@lineside/kit';
import { StreamError } from './errors.ts';
import { FIRST_PIPE } from './ffmpeg-args.ts';

const TERM_MS = 2_000;

export interface FfmpegExit {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
}

export interface FfmpegChildOptions {
  readonly command: string;
  readonly args: readonly string[];
  /** Number of picture outputs, from `pipe:3` on. */
  readonly outputs: number;
  readonly onBytes: (output: number, chunk: Uint8Array) => void;
  readonly onStderr: (text: string) => void;
}

/** One FFmpeg process with its picture pipes. Nothing is read from the pipes before `flow()`. */
export class FfmpegChild {
  /** Settles when the process has ended and all it wrote has been handed on; rejects when it could not be started. */
  readonly exited: Promise<FfmpegExit>;
  readonly #child: ChildProcess;
  readonly #pipes: readonly Readable[];
  readonly #onBytes: FfmpegChildOptions['onBytes'];
  #flowing = false;

  constructor(options: FfmpegChildOptions) {
    const outputs = Array.from({ length: options.outputs }, () => 'pipe' as const);
    const child = spawn(options.command, [...options.args], {
      stdio: ['ignore', 'ignore', 'pipe', ...outputs],
    });
    this.#child = child;
    this.#onBytes = options.onBytes;
    this.exited = endOf(child, options.command);
    // Whoever holds the child awaits it sooner or later; until then a failure to start is not an unhandled rejection.
    this.exited.catch(() => undefined);
    child.stderr?.setEncoding('utf8').on('data', options.onStderr);
    this.#pipes = child.stdio.slice(FIRST_PIPE, FIRST_PIPE + options.outputs).map((pipe) => pipe as Readable);
    // A pipe that breaks belongs to a child that ended, which `exited` tells.
    for (const pipe of this.#pipes) pipe.on('error', ignoreBrokenPipe);
  }

  get pid(): number | undefined {
    return this.#child.pid;
  }

  /** Starts reading, or goes on after `hold`. */
  flow(): void {
    if (!this.#flowing) {
      this.#flowing = true;
      for (const [output, pipe] of this.#pipes.entries()) {
        pipe.on('data', (chunk: Buffer) => this.#onBytes(output, chunk));
      }
      return;
    }
    for (const pipe of this.#pipes) pipe.resume();
  }

  /** Stops reading all outputs, so that FFmpeg waits when its pipes are full. */
  hold(): void {
    for (const pipe of this.#pipes) pipe.pause();
  }

  /** Ends the child: SIGTERM, two seconds, SIGKILL. True when force was needed. */
  async terminate(): Promise<boolean> {
    // A child that waits for a full pipe gets the broken pipe at once.
    for (const pipe of this.#pipes) pipe.destroy();
    if (this.#child.exitCode !== null || this.#child.signalCode !== null) return false;
    this.#child.kill('SIGTERM');
    const timer = new AbortController();
    const ended = this.exited.then(
      () => 'ended' as const,
      () => 'ended' as const,
    );
    const late = delay(TERM_MS, 'late' as const, { signal: timer.signal }).catch(() => 'ended' as const);
    const first = await Promise.race([ended, late]);
    timer.abort();
    if (first === 'ended') return false;
    this.#child.kill('SIGKILL');
    await ended;
    return true;
  }
}

function endOf(child: ChildProcess, command: string): Promise<FfmpegExit> {
  return new Promise((resolve, reject) => {
    child.once('error', (error) => {
      const missing = systemCode(error) === 'ENOENT' || systemCode(error) === 'EACCES';
      reject(new StreamError(missing ? 'ffmpeg_missing' : 'unknown', `${command}: ${messageOf(error)}`, error));
    });
    child.once('close', (code, signal) => resolve({ code, signal }));
    // `close` comes once every pipe is read to its end. By the end of stderr all facts are told, so that a pipe that
    // still is not read is held or unwanted.
    child.stderr?.once('close', () => {
      for (const pipe of child.stdio.slice(FIRST_PIPE)) if (pipe?.destroyed === false) (pipe as Readable).resume();
    });
  });
}

function ignoreBrokenPipe(error: Error): void {
  const code = systemCode(error);
  if (code !== 'EPIPE' && code !== 'ECONNRESET' && code !== 'ERR_STREAM_DESTROYED') throw error;
}
