import { type ChildProcess, spawn, type StdioOptions } from 'node:child_process';
import type { Readable, Writable } from 'node:stream';
import { systemCode } from '../error.ts';
import { aborted } from '../service.ts';
import { LineSplitter } from './line-splitter.ts';
import { FairDeadline } from './fair-deadline.ts';
import { OutputTail } from './output-tail.ts';
import { readReusing } from './reused-reads.ts';
import type { OutputTarget, ProcessExit, ProcessOptions } from './process-options.ts';

/** First descriptor of the extra pipes. */
const FIRST_EXTRA = 3;
const GRACE_MS = 5_000;
/** Times the grace period, by the clock: a busy device ends its programs slowly. */
const GRACE_TIMES = 3;
const DRAIN_MS = 5_000;
const KEEP_CHARACTERS = 64 * 1024;

/**
 * A child process that can always be ended: it is asked first and killed after a grace period, together with what it
 * started where it leads a group of its own. Its outputs are read all the time, so that it never waits for us, and only
 * their ends are kept.
 */
export class SupervisedProcess {
  /** Resolves when the process has ended and its outputs are read; rejects when it cannot be started. */
  readonly exited: Promise<ProcessExit>;
  /** The outputs from descriptor 3 on; empty when the process could not be started. */
  readonly extraPipes: readonly Readable[];
  readonly #options: ProcessOptions;
  readonly #child: ChildProcess;
  readonly #stdout: OutputTail;
  readonly #stderr: OutputTail;
  #exit: ProcessExit | undefined;
  #forced = false;
  #termination: Promise<boolean> | undefined;

  /** Starts the process. What keeps it from starting is what `exited` rejects with. */
  constructor(options: ProcessOptions) {
    this.#options = options;
    const {
      command,
      args = [],
      cwd,
      env,
      uid,
      gid,
      group = 'own',
      ipc = false,
      keepCharacters = KEEP_CHARACTERS,
    } = options;
    this.#stdout = new OutputTail(keepCharacters);
    this.#stderr = new OutputTail(keepCharacters);
    this.#child = spawn(command, [...args], {
      stdio: stdioOf(options),
      detached: group === 'own',
      ...(ipc && { serialization: 'advanced' }),
      ...(cwd !== undefined && { cwd }),
      ...(env !== undefined && { env: { ...env } }),
      ...(uid !== undefined && { uid }),
      ...(gid !== undefined && { gid }),
    });
    this.extraPipes = extraPipesOf(this.#child, options);
    this.exited = this.#untilExit();
    // The owner awaits it sooner or later; until then a failure to start is not an unhandled rejection.
    this.exited.catch(() => undefined);
    const { onStdout, onStdoutLine, onStderr, onStderrLine, onMessage, signal } = options;
    readOutput(this.#child.stdout, this.#stdout, onStdout, onStdoutLine);
    readOutput(this.#child.stderr, this.#stderr, onStderr, onStderrLine);
    for (const stream of [this.#child.stdin, ...this.extraPipes]) stream?.on('error', ignoreBrokenPipe);
    if (onMessage !== undefined) this.#child.on('message', onMessage);
    if (signal !== undefined) this.#endOnAbort(signal);
  }

  /** Undefined when the process could not be started. */
  get pid(): number | undefined {
    return this.#child.pid;
  }

  /** How it ended; undefined while it runs. */
  get exit(): ProcessExit | undefined {
    return this.#exit;
  }

  /** The end of what it wrote to its piped standard output. */
  get stdout(): string {
    return this.#stdout.text;
  }

  /** The end of what it wrote to its piped standard error. */
  get stderr(): string {
    return this.#stderr.text;
  }

  /** Its standard input where that is piped. */
  get stdin(): Writable | null {
    return this.#child.stdin;
  }

  /** Sends a message over IPC. One that can no longer be delivered is dropped: the process is ending. */
  send(message: object): void {
    if (this.#child.connected) this.#child.send(message, ignoreBrokenPipe);
  }

  /** Sends a signal to the process alone, not to its group. */
  signal(name: NodeJS.Signals): void {
    if (this.#isRunning()) this.#child.kill(name);
  }

  /**
   * Asks the process to end and kills it, with its group, after the grace period. Time in which it waits for a CPU does
   * not count. True when it had to be killed.
   */
  terminate(graceMs = this.#options.graceMs ?? GRACE_MS): Promise<boolean> {
    this.#termination ??= this.#terminate(graceMs);
    return this.#termination;
  }

  /** Kills the process, with its group, at once. Resolves when it has ended. */
  async kill(): Promise<void> {
    this.#killNow();
    await this.#ended();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.terminate();
  }

  async #terminate(graceMs: number): Promise<boolean> {
    if (!this.#isRunning()) {
      await this.#ended();
      return false;
    }
    this.#requestEnd();
    using grace = new FairDeadline({ pid: this.#child.pid, ownMs: graceMs, maxMs: GRACE_TIMES * graceMs });
    const late = aborted(grace.signal).then(() => 'late' as const);
    const first = await Promise.race([this.#ended(), late]);
    if (first !== 'late') return false;
    this.#killNow();
    await this.#ended();
    return true;
  }

  #requestEnd(): void {
    const { endRequest = 'SIGTERM' } = this.#options;
    if (typeof endRequest === 'object') this.send(endRequest.message);
    else if (endRequest === 'end-of-input') this.#child.stdin?.end();
    else if (endRequest === 'disconnect') {
      if (this.#child.connected) this.#child.disconnect();
    } else this.#signalAll(endRequest);
  }

  #killNow(): void {
    if (!this.#isRunning()) return;
    this.#forced = true;
    this.#signalAll('SIGKILL');
  }

  /** To the whole group where the process leads one. */
  #signalAll(name: NodeJS.Signals): void {
    const { pid } = this.#child;
    if (pid === undefined) return;
    if (this.#options.group === 'parent') this.#child.kill(name);
    else signalGroup(pid, name);
  }

  #isRunning(): boolean {
    return this.#child.pid !== undefined && this.#child.exitCode === null && this.#child.signalCode === null;
  }

  /** Like `exited`, also for a process that could not be started. */
  async #ended(): Promise<void> {
    await this.exited.catch(() => undefined);
  }

  async #untilExit(): Promise<ProcessExit> {
    const child = this.#child;
    const [code, signal] = await new Promise<[number | null, NodeJS.Signals | null]>((resolve, reject) => {
      child.once('error', reject);
      child.once('exit', (...exit) => resolve(exit));
    });
    // What it started and left behind ends with it.
    if (child.pid !== undefined && this.#options.group !== 'parent') signalGroup(child.pid, 'SIGKILL');
    await this.#drained();
    this.#exit = { code, signal, forced: this.#forced };
    return this.#exit;
  }

  /** Waits until all that the process wrote and sent has been read. */
  async #drained(): Promise<void> {
    const child = this.#child;
    const { drainMs = DRAIN_MS } = this.#options;
    const outputs = [child.stdout, child.stderr, ...this.extraPipes].filter((stream) => stream !== null);
    const closeAll = (): void => {
      for (const stream of outputs) stream.destroy();
      if (child.connected) child.disconnect();
    };
    const deadline = Number.isFinite(drainMs) ? setTimeout(closeAll, drainMs) : undefined;
    // Not Node's own `close` event: it never comes after this end has closed the IPC channel.
    await allClosed([child.stdout, child.stderr]);
    for (const pipe of this.extraPipes) if (!pipe.destroyed) pipe.resume();
    await allClosed(this.extraPipes);
    if (child.connected) await new Promise((resolve) => child.once('disconnect', () => resolve(undefined)));
    clearTimeout(deadline);
  }

  #endOnAbort(signal: AbortSignal): void {
    const onAbort = (): void => void this.terminate();
    if (signal.aborted) {
      onAbort();
      return;
    }
    signal.addEventListener('abort', onAbort, { once: true });
    void this.#ended().then(() => signal.removeEventListener('abort', onAbort));
  }
}

function stdioOf(options: ProcessOptions): StdioOptions {
  const { stdin = 'ignore', stdout = 'ignore', stderr = 'pipe', extraPipes = 0, ipc = false } = options;
  const target = (output: OutputTarget): 'pipe' | 'ignore' | number => (output === 'stderr' ? 2 : output);
  const extra = Array.from({ length: extraPipes }, () => 'pipe' as const);
  return [stdin, target(stdout), target(stderr), ...extra, ...(ipc ? (['ipc'] as const) : [])];
}

function extraPipesOf(child: ChildProcess, { extraPipes = 0, onExtra }: ProcessOptions): readonly Readable[] {
  // Absent where the process could not be started.
  const stdio = child.stdio as ChildProcess['stdio'] | undefined;
  const pipes = (stdio?.slice(FIRST_EXTRA, FIRST_EXTRA + extraPipes) ?? []).map((pipe) => pipe as Readable);
  if (onExtra === undefined || child.pid === undefined) return pipes;
  return pipes.map((pipe, n) => readReusing(pipe, (bytes) => onExtra(n, bytes)));
}

function readOutput(
  stream: Readable | null | undefined,
  tail: OutputTail,
  onText: ((text: string) => void) | undefined,
  onLine: ((line: string) => void) | undefined,
): void {
  if (stream === null || stream === undefined) return;
  const lines = onLine && new LineSplitter(onLine);
  stream.setEncoding('utf8').on('data', (text: string) => {
    tail.add(text);
    onText?.(text);
    lines?.push(text);
  });
  stream.once('end', () => lines?.end());
  stream.on('error', ignoreBrokenPipe);
}

async function allClosed(streams: readonly (Readable | null)[]): Promise<void> {
  const open = streams.filter((stream) => stream !== null && !stream.closed);
  await Promise.all(open.map((stream) => new Promise((resolve) => stream?.once('close', () => resolve(undefined)))));
}

function signalGroup(pid: number, name: NodeJS.Signals): void {
  try {
    process.kill(-pid, name);
  } catch (error) {
    // No process of the group is left.
    if (systemCode(error) !== 'ESRCH') throw error;
  }
}

/** A pipe or channel that breaks belongs to a process that is ending, which `exited` reports. */
function ignoreBrokenPipe(error: Error | null): void {
  const code = systemCode(error);
  const known = ['EPIPE', 'ECONNRESET', 'ERR_STREAM_DESTROYED', 'ERR_IPC_CHANNEL_CLOSED'];
  if (error !== null && !known.includes(code ?? '')) throw error;
}
