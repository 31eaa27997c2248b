import { type ChildProcess, fork } from 'node:child_process';
import { entryBeside, messageOf, systemCode } from '@lineside/kit';
import { type FromVision, isFromVision, type ToVision } from './messages.ts';

/** The forked process with everything it started, from the outside. */
export class VisionChild {
  /** Resolves when the process is gone, with how it ended. */
  readonly ended: Promise<string>;
  readonly #child: ChildProcess;

  constructor(onMessage: (message: FromVision) => void) {
    const entry = entryBeside(import.meta.url, 'main');
    this.#child = fork(entry.path, {
      execArgv: [...entry.execArgv],
      serialization: 'advanced',
      // A group of its own: killing the group takes its FFmpeg children with it.
      detached: true,
      // NVIDIA's libraries print to stdout, which belongs to the command's own output.
      stdio: ['ignore', 2, 2, 'ipc'],
    });
    this.#child.on('message', (message: unknown) => {
      if (isFromVision(message)) onMessage(message);
    });
    this.ended = new Promise((resolve) => {
      this.#child.once('error', (error) => resolve(`cannot be started: ${messageOf(error)}`));
      this.#child.once('exit', (code, signal) => {
        // A process that was killed alone leaves its FFmpeg children behind.
        this.killGroup();
        resolve(signal === null ? `exit code ${code ?? 'unknown'}` : `killed by ${signal}`);
      });
    });
  }

  get pid(): number | undefined {
    return this.#child.pid;
  }

  /** Sends a message; one that can no longer be delivered is dropped, as the process is on its way out. */
  send(message: ToVision): void {
    if (this.#child.connected) this.#child.send(message, ignoreClosedChannel);
  }

  killGroup(): void {
    const { pid } = this.#child;
    if (pid === undefined) return;
    try {
      process.kill(-pid, 'SIGKILL');
    } catch (error) {
      // Nobody of the group is left.
      if (systemCode(error) !== 'ESRCH') throw error;
    }
  }
}

function ignoreClosedChannel(error: Error | null): void {
  const code = systemCode(error);
  if (error !== null && code !== 'ERR_IPC_CHANNEL_CLOSED' && code !== 'EPIPE' && code !== 'ECONNRESET') throw error;
}
