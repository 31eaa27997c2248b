import { fileURLToPath } from 'node:url';
import { messageOf, SupervisedProcess } from '@lineside/kit';

/** Debian's own: python3-opencv belongs to it. */
const PYTHON = '/usr/bin/python3';

export interface OpenCvRound {
  readonly p50Ms: number;
  readonly version: string;
}

/** OpenCV's dnn module in a Python process, where both are installed. */
export class OpenCvPeer implements AsyncDisposable {
  readonly #process: SupervisedProcess;
  #onLine: ((line: string) => void) | undefined;
  #failure = '';

  constructor(model: string, size: { readonly width: number; readonly height: number }, threads: number) {
    const script = fileURLToPath(new URL('opencv_peer.py', import.meta.url));
    this.#process = new SupervisedProcess({
      command: PYTHON,
      args: [script, model, size.width, size.height, threads].map(String),
      ...{ stdin: 'pipe', stdout: 'pipe', onStdoutLine: (line) => this.#onLine?.(line) },
    });
    this.#process.exited.catch((error: unknown) => (this.#failure = messageOf(error)));
  }

  /** Undefined once the process has ended; `complaint` says why. */
  async round(seconds: number): Promise<OpenCvRound | undefined> {
    const next = new Promise<string>((resolve) => {
      this.#onLine = resolve;
    });
    this.#process.stdin?.write(`${seconds}\n`);
    const ended = this.#process.exited.then(
      () => undefined,
      () => undefined,
    );
    const line = await Promise.race([next, ended]);
    // Written by the script beside this file.
    return line === undefined ? undefined : (JSON.parse(line) as OpenCvRound);
  }

  /** Last line that the process wrote to its standard error, or why it could not be started. */
  get complaint(): string {
    return (this.#failure || this.#process.stderr).trim().split('\n').at(-1) ?? '';
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#process.kill();
  }
}
