import { spawn, type ChildProcess } from 'node:child_process';
import { createWriteStream, type WriteStream } from 'node:fs';
import { createInterface } from 'node:readline';

type Line = Readonly<Record<string, unknown>>;

export interface ChildOptions {
  readonly name: string;
  readonly args: readonly string[];
  readonly logPath: string;
  readonly env?: NodeJS.ProcessEnv;
  /** Every JSON line on the child's stdout. */
  readonly onLine?: (line: Line) => void;
}

/** A process of the demo that speaks JSON lines on stdout; its stderr goes to a log file. */
export class Child {
  readonly name: string;
  readonly exited: Promise<number>;
  readonly #process: ChildProcess;
  readonly #log: WriteStream;
  readonly #waiters = new Set<(line: Line) => void>();
  readonly #seen: Line[] = [];

  constructor(options: ChildOptions) {
    this.name = options.name;
    this.#log = createWriteStream(options.logPath, { flags: 'a' });
    const { stdout, stderr } = (this.#process = spawn(process.execPath, options.args, {
      stdio: ['ignore', 'pipe', 'pipe'],
      env: options.env ?? process.env,
    }));
    stderr.pipe(this.#log);
    this.exited = new Promise((resolve) => {
      this.#process.once('exit', (code) => resolve(code ?? 128));
      this.#process.once('error', () => resolve(127));
    });
    createInterface({ input: stdout }).on('line', (text) => this.#take(text, options.onLine));
  }

  get pid(): number | undefined {
    return this.#process.pid;
  }

  get running(): boolean {
    return this.#process.exitCode === null && this.#process.signalCode === null;
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

  /** Asks the child to end, and makes it after `withinMs`; its exit status. */
  async stop(withinMs: number): Promise<number> {
    if (this.running) this.#process.kill('SIGTERM');
    const force = setTimeout(() => this.#process.kill('SIGKILL'), withinMs);
    const code = await this.exited;
    clearTimeout(force);
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
