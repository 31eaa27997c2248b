import { type Clock, printableLines } from '@lineside/kit';

/** Everything of the outside world that a verb touches by itself. */
export interface Io {
  /** The command's own output, to stdout. */
  out(text: string): void;
  /** Errors and progress, to stderr. */
  err(text: string): void;
  /** The terminal that stdout is; absent where it is none. */
  readonly terminal?: Terminal;
  /** True when stderr is a terminal, so that a progress line can be drawn over itself. */
  readonly isTerminal: boolean;
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly cwd: string;
  readonly clock: Clock;
  /** Aborts when the user or the service manager asks the command to stop. */
  readonly signal: AbortSignal;
  /** 0 to 1. */
  readonly random: () => number;
}

/** A terminal that a command draws on. */
export interface Terminal {
  /** Control sequences of the command itself; what comes from models, files and devices must be made printable first. */
  draw(text: string): void;
  /** Characters. */
  size(): { readonly columns: number; readonly rows: number };
}

const TERMINAL: Terminal = {
  draw: (text) => void process.stdout.write(text),
  size: () => ({ columns: process.stdout.columns, rows: process.stdout.rows }),
};

/** The process's own streams. Nothing that is printed acts on a terminal: names come from models, files and devices. A reader that went away (`lineside events tail | head`) ends the command quietly. */
export function processIo(clock: Clock, signal: AbortSignal): Io {
  return {
    out: (text) => void process.stdout.write(`${printableLines(text)}\n`),
    err: (text) => void process.stderr.write(`${printableLines(text)}\n`),
    ...(process.stdout.isTTY ? { terminal: TERMINAL } : {}),
    isTerminal: process.stderr.isTTY,
    env: process.env,
    cwd: process.cwd(),
    clock,
    signal,
    random: Math.random,
  };
}
