/** How a process is asked to end before it is killed: a signal, the end of its input or IPC channel, or a message. */
export type EndRequest = NodeJS.Signals | 'end-of-input' | 'disconnect' | { readonly message: object };

/** `stderr` sends the output to this process's own standard error. */
export type OutputTarget = 'pipe' | 'ignore' | 'stderr';

export interface ProcessOptions {
  readonly command: string;
  readonly args?: readonly string[];
  readonly cwd?: string;
  /** The whole environment; that of this process where left out. */
  readonly env?: Readonly<Record<string, string | undefined>>;
  /** The user and group that it runs as; root alone may choose them. */
  readonly uid?: number;
  readonly gid?: number;
  /**
   * `own` (default): the process leads a group, signals go to the whole group, and nothing of the group outlives the
   * process. `parent`: it stays in the group of this process and dies with that group; signals go to it alone.
   */
  readonly group?: 'own' | 'parent';
  /** `pipe` makes `stdin` writable. Default: `ignore`. */
  readonly stdin?: 'pipe' | 'ignore';
  /** Default: `ignore`. */
  readonly stdout?: OutputTarget;
  /** Default: `pipe`. */
  readonly stderr?: OutputTarget;
  /**
   * Number of further descriptors, from 3 on, that the process writes to. Nothing reads them until the caller does. What
   * is unread when the process has ended goes to the caller's `data` listeners, or is discarded where there are none.
   */
  readonly extraPipes?: number;
  /**
   * Takes what those carry, from `resume()` of each on, in a buffer that is used again at once: `bytes` must be copied.
   * Much cheaper than `data` listeners where much is read. `pipe` counts from 0.
   */
  readonly onExtra?: (pipe: number, bytes: Uint8Array) => void;
  /** Gives the process an IPC channel with structured-clone serialisation. */
  readonly ipc?: boolean;
  /** How many characters of each piped output are kept, from its end. Default: 64 Ki. */
  readonly keepCharacters?: number;
  /** What asks the process to end. Default: SIGTERM. */
  readonly endRequest?: EndRequest;
  /** Time between the request to end and SIGKILL, without that in which it waits for a CPU. Default: 5 s. */
  readonly graceMs?: number;
  /** After the process has ended: how long its outputs may stay open before they are closed here. Default: 5 s. */
  readonly drainMs?: number;
  /** Asks the process to end when it aborts. */
  readonly signal?: AbortSignal;
  readonly onStdout?: (text: string) => void;
  readonly onStderr?: (text: string) => void;
  readonly onStdoutLine?: (line: string) => void;
  readonly onStderrLine?: (line: string) => void;
  readonly onMessage?: (message: unknown) => void;
}

export interface ProcessExit {
  /** Null when a signal ended the process. */
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
  /** True when it was killed because it did not end when asked, or because the caller demanded it. */
  readonly forced: boolean;
}

/** How the process ended, for messages: `exit code 1`, `killed by SIGKILL`. */
export function exitText({ code, signal }: Pick<ProcessExit, 'code' | 'signal'>): string {
  return signal === null ? `exit code ${code ?? 'unknown'}` : `killed by ${signal}`;
}
