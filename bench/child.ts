import { type ChildProcess, fork } from 'node:child_process';
import { fileURLToPath } from 'node:url';

interface Answer {
  readonly id: number;
  readonly value?: unknown;
  readonly error?: string;
}

/** A process of a bench that answers questions, started from `file` beside the benches. */
export class BenchChild implements AsyncDisposable {
  readonly pid: number;
  readonly #name: string;
  readonly #child: ChildProcess;
  readonly #waiting = new Map<number, { resolve: (value: unknown) => void; reject: (error: Error) => void }>();
  readonly #exited: Promise<void>;
  #nextId = 0;

  constructor(file: string) {
    this.#name = file;
    this.#child = fork(fileURLToPath(new URL(file, import.meta.url)), {
      execArgv: ['--conditions=source'],
      serialization: 'advanced',
      // The bench's own output is a table.
      stdio: ['ignore', 2, 2, 'ipc'],
    });
    if (this.#child.pid === undefined) throw new Error(`${file} cannot be started`);
    this.pid = this.#child.pid;
    this.#child.on('message', (answer: Answer) => this.#answered(answer));
    this.#exited = new Promise((resolve) => {
      this.#child.once('exit', (code, signal) => {
        for (const { reject } of this.#waiting.values()) reject(new Error(`${file} ended: ${signal ?? code ?? ''}`));
        resolve();
      });
    });
  }

  /** Both ends are the same program: the asker knows what the answer is. */
  ask<T>(question: string, facts: object, withinMs: number): Promise<T> {
    const id = (this.#nextId += 1);
    return new Promise((resolve, reject) => {
      const timer = setTimeout(
        () => settle(() => reject(new Error(`${this.#name} did not answer ${question} within ${withinMs} ms`))),
        withinMs,
      );
      const settle = (then: () => void): void => {
        clearTimeout(timer);
        this.#waiting.delete(id);
        then();
      };
      this.#waiting.set(id, {
        resolve: (value) => settle(() => resolve(value as T)),
        reject: (error) => settle(() => reject(error)),
      });
      this.#child.send({ id, question, facts });
    });
  }

  /** Lets the child end, and makes it after ten seconds. */
  async [Symbol.asyncDispose](): Promise<void> {
    if (this.#child.connected) this.#child.disconnect();
    const force = setTimeout(() => this.#child.kill('SIGKILL'), 10_000);
    await this.#exited;
    clearTimeout(force);
  }

  #answered({ id, value, error }: Answer): void {
    const waiting = this.#waiting.get(id);
    if (error === undefined) waiting?.resolve(value);
    else waiting?.reject(new Error(`${this.#name}: ${error}`));
  }
}

interface Question {
  readonly id: number;
  readonly question: string;
  readonly facts: unknown;
}

/** The child's end: answers each question by the handler of its name; `ended` is called when the bench lets go. */
export function answerQuestions(
  handlers: Readonly<Record<string, (facts: never) => unknown>>,
  ended: () => Promise<void>,
): void {
  const answer = async ({ id, question, facts }: Question): Promise<void> => {
    try {
      const handler = handlers[question];
      if (handler === undefined) throw new Error(`nobody answers ${question}`);
      process.send?.({ id, value: await handler(facts as never) });
    } catch (error) {
      process.send?.({ id, error: error instanceof Error ? (error.stack ?? error.message) : String(error) });
    }
  };
  process.on('message', (question: Question) => void answer(question));
  process.once('disconnect', () => {
    void ended().finally(() => process.exit());
  });
  // Ctrl-C reaches the whole group; the bench lets its children end in order.
  process.on('SIGINT', () => undefined);
}
