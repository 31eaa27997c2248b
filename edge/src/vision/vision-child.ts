import { entryBeside, exitText, messageOf, SupervisedProcess } from '@lineside/kit';
import { type FromVision, isFromVision, type ToVision } from './messages.ts';

const STOP: ToVision = { type: 'stop' };
const GRACE_MS = 5_000;

/** The vision process with everything it started, seen from the main process. */
export class VisionChild {
  /** Resolves when the process has ended, with how it ended. Never rejects. */
  readonly ended: Promise<string>;
  readonly #process: SupervisedProcess;

  constructor(onMessage: (message: FromVision) => void) {
    const entry = entryBeside(import.meta.url, 'main');
    this.#process = new SupervisedProcess({
      command: process.execPath,
      args: [...entry.execArgv, entry.path],
      // NVIDIA's libraries print to stdout, which belongs to the command's own output.
      ...{ stdout: 'stderr', stderr: 'stderr', ipc: true },
      ...{ endRequest: { message: STOP }, graceMs: GRACE_MS },
      onMessage: (message) => {
        if (isFromVision(message)) onMessage(message);
      },
    });
    this.ended = this.#process.exited.then(exitText, (error: unknown) => `cannot be started: ${messageOf(error)}`);
  }

  get pid(): number | undefined {
    return this.#process.pid;
  }

  /** Sends a message; one that can no longer be delivered is dropped, as the process is ending. */
  send(message: ToVision): void {
    this.#process.send(message);
  }

  /** Asks the process to stop, and kills it with its FFmpeg children when it takes too long. */
  async stop(): Promise<void> {
    await this.#process.terminate();
  }

  /** Kills the process with its FFmpeg children. */
  async kill(): Promise<void> {
    await this.#process.kill();
  }
}
