import { fileURLToPath } from 'node:url';
import { exitText, messageOf, SupervisedProcess } from '@lineside/kit';

interface Answer {
  readonly id: number;
  readonly value?: unknown;
  readonly error?: string;
}

/** A process of a bench that answers questions, started from `file` beside the benches. */
export class BenchChild implements AsyncDisposable {
  readonly pid: number;
  readonly #name: string;
  readonly #process: SupervisedProcess;
  readonly #waiting = new Map<number, { resolve: (value: unknown) => void; reject: (error: Error) => void }>();
  #nextId = 0;

  /** `env` is added to the environment of this process. */
  constructor(file: string, env: Readonly<Record<string, string>> = {}) {
    this.#name = file;
    this.#process = new SupervisedProcess({
      command: process.execPath,
      args: ['--conditions=source', fileURLToPath(new URL(file, import.meta.url))],
      env: { ...process.env, ...env },
      // The bench's own output is a table.
      ...{ stdout: 'stderr', stderr: 'stderr', ipc: true },
      // Ctrl-C reaches the bench and its children; the bench lets them end in order.
      ...{ group: 'parent', endRequest: 'disconnect', graceMs: 10_000 },
      // Both ends are the same program.
      onMessage: (answer) => this.#answered(answer as Answer),
    });
    if (this.#process.pid === undefined) throw new Error(`${file} cannot be started`);
    this.pid = this.#process.pid;
    void this.#process.exited.then(exitText, messageOf).then((how) => {
      for (const { reject } of this.#waiting.values()) reject(new Error(`${file} ended: ${how}`));
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
      this.#process.send({ id, question, facts });
    });
  }

  /** Lets the process end, and kills it after ten seconds. */
  async [Symbol.asyncDispose](): Promise<void> {
    await this.#process.terminate();
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
  // Ctrl-C reaches the complete group; the bench lets its children end in order.
  process.on('SIGINT', () => undefined);
}
