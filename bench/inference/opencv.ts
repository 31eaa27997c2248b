import { type ChildProcessByStdio, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface, type Interface } from 'node:readline';
import type { Readable, Writable } from 'node:stream';
import { fileURLToPath } from 'node:url';

/** Debian's own: python3-opencv belongs to it. */
const PYTHON = '/usr/bin/python3';

export interface OpenCvRound {
  readonly p50Ms: number;
  readonly version: string;
}

/** OpenCV's dnn module in a Python process, where both are installed. */
export class OpenCvPeer implements AsyncDisposable {
  readonly #child: ChildProcessByStdio<Writable, Readable, Readable>;
  readonly #lines: Interface;
  readonly #ended: Promise<unknown>;
  #complaint = '';

  constructor(model: string, size: { readonly width: number; readonly height: number }, threads: number) {
    const script = fileURLToPath(new URL('opencv_peer.py', import.meta.url));
    const args = [script, model, size.width, size.height, threads].map(String);
    this.#child = spawn(PYTHON, args, { stdio: ['pipe', 'pipe', 'pipe'] });
    this.#child.stderr.on('data', (chunk: Buffer) => (this.#complaint += chunk.toString()));
    this.#child.stdin.on('error', () => undefined);
    this.#lines = createInterface({ input: this.#child.stdout });
    this.#ended = once(this.#child, 'close').catch((error: unknown) => (this.#complaint += String(error)));
  }

  /** Undefined once the process is gone; `complaint` tells why. */
  async round(seconds: number): Promise<OpenCvRound | undefined> {
    const next = once(this.#lines, 'line');
    this.#child.stdin.write(`${seconds}\n`);
    const told: unknown = await Promise.race([next, this.#ended.then(() => undefined)]);
    // Written by the script beside this file.
    return Array.isArray(told) ? (JSON.parse(String(told[0])) as OpenCvRound) : undefined;
  }

  /** Last line of what the process said against it. */
  get complaint(): string {
    return this.#complaint.trim().split('\n').at(-1) ?? '';
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#child.kill('SIGKILL');
    await this.#ended;
  }
}
