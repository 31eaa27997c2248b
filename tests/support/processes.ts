import { readdirSync, readFileSync } from 'node:fs';
import { SupervisedProcess } from '@lineside/kit';
import { waitFor } from './wait-for.ts';

/** Node 24 and the flag that lets it run the sources: `startProcess(NODE, [...FROM_SOURCE, 'edge/...ts'])`. */
export const NODE = process.execPath;
export const FROM_SOURCE: readonly string[] = ['--conditions=source'];

/** How much output of a child is kept per stream, counted from its end. */
export const KEPT_CHARACTERS = 1 << 20;

export interface Exit {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
}

export interface StartOptions {
  readonly cwd?: string;
  /** Added to this process's environment; undefined takes a variable away. */
  readonly env?: Readonly<Record<string, string | undefined>>;
  /** Sent to the child's standard input, which is then closed. */
  readonly input?: string;
  readonly uid?: number;
  readonly gid?: number;
}

/** A child process with its output, ended when the scope ends. What it started itself is left alone. */
export class TestProcess implements AsyncDisposable {
  readonly pid: number;
  readonly exited: Promise<Exit>;
  readonly #name: string;
  readonly #process: SupervisedProcess;
  #exit: Exit | undefined;

  constructor(name: string, child: SupervisedProcess) {
    if (child.pid === undefined) throw new Error(`${name} did not start`);
    this.pid = child.pid;
    this.#name = name;
    this.#process = child;
    this.exited = child.exited.then(({ code, signal }) => {
      this.#exit = { code, signal };
      return this.#exit;
    });
  }

  get stdout(): string {
    return this.#process.stdout;
  }

  get stderr(): string {
    return this.#process.stderr;
  }

  get exit(): Exit | undefined {
    return this.#exit;
  }

  /** Waits for a line of either output that matches; returns the match. Fails at once when the child ends first. */
  async waitForLine(pattern: RegExp, withinMs = 30_000): Promise<RegExpMatchArray> {
    const lines = new RegExp(pattern.source, [...new Set(`${pattern.flags.replaceAll('g', '')}m`)].join(''));
    const look = (): RegExpMatchArray | null => this.stdout.match(lines) ?? this.stderr.match(lines);
    const found = await waitFor(`${this.#name} to print ${String(pattern)}`, () => look() ?? this.#exit !== undefined, {
      withinMs,
    }).catch((error: unknown) => {
      throw new Error(`${error instanceof Error ? error.message : String(error)}\n${this.#tail()}`);
    });
    if (found !== true) return found;
    const late = look();
    if (late === null) throw new Error(`${this.#name} ended before it printed ${String(pattern)}\n${this.#tail()}`);
    return late;
  }

  /** Waits until the child ended; fails with its output when it does not in time. */
  async waitForExit(withinMs = 30_000): Promise<Exit> {
    return waitFor(`${this.#name} (pid ${this.pid}) to end`, () => this.#exit, { withinMs }).catch((error: unknown) => {
      throw new Error(`${error instanceof Error ? error.message : String(error)}\n${this.#tail()}`);
    });
  }

  kill(signal: NodeJS.Signals = 'SIGTERM'): void {
    this.#process.signal(signal);
  }

  /** SIGKILL, and waits until the process is gone. */
  async killHard(): Promise<void> {
    await this.#process.kill();
    await waitUntilGone(this.pid);
  }

  /** SIGSTOP: the process exists and does not react to anything. */
  freeze(): void {
    this.kill('SIGSTOP');
  }

  thaw(): void {
    this.kill('SIGCONT');
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.thaw();
    await this.#process.terminate();
    await this.exited;
  }

  #tail(): string {
    return `stdout:\n${this.stdout.slice(-2000)}\nstderr:\n${this.stderr.slice(-4000)}`;
  }
}

/** Starts `command`; rejects when it cannot be started. */
export async function startProcess(
  command: string,
  args: readonly string[],
  { cwd, env, input, uid, gid }: StartOptions = {},
): Promise<TestProcess> {
  const child = new SupervisedProcess({
    ...{ command, args, stdout: 'pipe', keepCharacters: KEPT_CHARACTERS },
    // Tests look at what becomes of a process's own children.
    group: 'parent',
    env: { ...process.env, ...env },
    ...(input !== undefined && { stdin: 'pipe' }),
    ...(cwd !== undefined && { cwd }),
    ...(uid !== undefined && { uid }),
    ...(gid !== undefined && { gid }),
  });
  if (child.pid === undefined) await child.exited;
  child.stdin?.end(input);
  return new TestProcess([command, ...args].join(' ').slice(0, 200), child);
}

/** Runs `command` to its end and gives its exit and output. */
export async function runProcess(
  command: string,
  args: readonly string[],
  options: StartOptions & { readonly withinMs?: number } = {},
): Promise<Exit & { readonly stdout: string; readonly stderr: string }> {
  await using child = await startProcess(command, args, options);
  const exit = await child.waitForExit(options.withinMs ?? 60_000);
  return { ...exit, stdout: child.stdout, stderr: child.stderr };
}

/** True while the process runs; one that ended and was not yet waited for is gone. */
export function isAlive(pid: number): boolean {
  const state = /^State:\s+(\w)/m.exec(readStatus(pid))?.[1];
  return state !== undefined && state !== 'Z' && state !== 'X';
}

export async function waitUntilGone(pid: number, withinMs = 10_000): Promise<void> {
  await waitFor(`process ${pid} to be gone`, () => !isAlive(pid), { withinMs });
}

/** Pids of a process's descendants, nearest first. */
export function descendantsOf(pid: number): number[] {
  // A child belongs to the thread that started it.
  const lists = threadsOf(pid).map((thread) => readProc(`/proc/${pid}/task/${thread}/children`));
  const children = lists.flatMap((list) => list.split(' ').filter(Boolean).map(Number));
  return [...children, ...children.flatMap(descendantsOf)];
}

/** What the process was started with, arguments joined by blanks. */
export function commandLineOf(pid: number): string {
  return readProc(`/proc/${pid}/cmdline`).replaceAll('\0', ' ').trim();
}

/** The environment that it was started with, each as `NAME=value`. */
export function environmentOf(pid: number): readonly string[] {
  return readProc(`/proc/${pid}/environ`).split('\0').filter(Boolean);
}

function readStatus(pid: number): string {
  return readProc(`/proc/${pid}/status`);
}

function threadsOf(pid: number): string[] {
  return unlessGone(() => readdirSync(`/proc/${pid}/task`), []);
}

/** Empty when the process is gone. */
function readProc(path: string): string {
  return unlessGone(() => readFileSync(path, 'utf8'), '');
}

function unlessGone<T>(read: () => T, gone: T): T {
  try {
    return read();
  } catch (error) {
    const code = (error as NodeJS.ErrnoException).code;
    if (code === 'ENOENT' || code === 'ESRCH') return gone;
    throw error;
  }
}
