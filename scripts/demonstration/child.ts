import { createWriteStream, type WriteStream } from 'node:fs';
import { SupervisedProcess } from '@lineside/kit';

type Line = Readonly<Record<string, unknown>>;

export interface ChildOptions {
  readonly name: string;
  readonly args: readonly string[];
  readonly logPath: string;
  /** Every JSON line on the child's stdout. */
  readonly onLine?: (line: Line) => void;
}

/** A process of the demo that writes JSON lines to stdout; its stderr goes to a log file. */
export class Child {
  readonly name: string;
  readonly exited: Promise<number>;
  readonly #process: SupervisedProcess;
  readonly #log: WriteStream;
  readonly #waiters = new Set<(line: Line) => void>();
  readonly #seen: Line[] = [];
  #running = true;

  constructor({ name, args, logPath, onLine }: ChildOptions) {
    this.name = name;
    const log = createWriteStream(logPath, { flags: 'a' });
    this.#log = log;
    this.#process = new SupervisedProcess({
      ...{ command: process.execPath, args, stdout: 'pipe' },
      // Ctrl-C reaches the demo and its processes; the demo lets them end in order.
      group: 'parent',
      onStdoutLine: (text) => this.#take(text, onLine),
      onStderr: (text) => log.write(text),
    });
    this.exited = this.#process.exited
      .then(
        ({ code }) => code ?? 128,
        () => 127,
      )
      .finally(() => {
        this.#running = false;
      });
  }

  get pid(): number | undefined {
    return this.#process.pid;
  }

  get running(): boolean {
    return this.#running;
  }

  /** First line, past or future, that `matches`; rejects when the child ends or the deadline passes. */
  async line(matches: (line: Line) => boolean, withinMs: number): Promise<Line> {
    const past = this.#seen.find(matches);
    if (past !== undefined) return past;
    return new Promise((resolve, reject) => {
      const settle = (then: () => void): void => {
        clearTimeout(timer);
        this.#waiters.delete(waiter);
        then();
      };
      const waiter = (line: Line): void => {
        if (matches(line)) settle(() => resolve(line));
      };
      const timer = setTimeout(
        () => settle(() => reject(new Error(`${this.name} was not ready within ${withinMs / 1000} s`))),
        withinMs,
      );
      this.#waiters.add(waiter);
      void this.exited.then((code) => settle(() => reject(new Error(`${this.name} ended with status ${code}`))));
    });
  }

  signal(name: NodeJS.Signals): void {
    this.#process.signal(name);
  }

  /** Asks the process to end, and kills it after `withinMs`; its exit status. */
  async stop(withinMs: number): Promise<number> {
    await this.#process.terminate(withinMs);
    const code = await this.exited;
    this.#log.end();
    return code;
  }

  #take(text: string, onLine: ChildOptions['onLine']): void {
    let line: unknown;
    try {
      line = JSON.parse(text);
    } catch {
      this.#log.write(`${text}\n`);
      return;
    }
    if (typeof line !== 'object' || line === null) return;
    const record = line as Line;
    this.#seen.push(record);
    if (this.#seen.length > 500) this.#seen.shift();
    onLine?.(record);
    for (const waiter of [...this.#waiters]) waiter(record);
  }
}
