import { createInterface } from 'node:readline/promises';
import { Writable } from 'node:stream';
import { printableLines } from '@lineside/kit';
import { UsageError } from '../errors.ts';
import type { SetupTexts } from './texts.ts';

/** How a person is asked. Answers come without blanks at their ends. */
export interface Questions extends Disposable {
  /** False where nobody can be asked: every answer is the proposed one. */
  readonly canAsk: boolean;
  /** An answer; the proposed one where it is empty. */
  ask(question: string, proposed?: string): Promise<string>;
  /** The same without the answer on the screen. */
  secret(question: string): Promise<string>;
  confirm(question: string, proposed: boolean): Promise<boolean>;
}

/** Nobody is there: a script or a service. */
export class NoQuestions implements Questions {
  readonly canAsk = false;

  ask(_question: string, proposed = ''): Promise<string> {
    return Promise.resolve(proposed);
  }

  secret(): Promise<string> {
    return Promise.resolve('');
  }

  confirm(_question: string, proposed: boolean): Promise<boolean> {
    return Promise.resolve(proposed);
  }

  [Symbol.dispose](): void {
    // It holds nothing.
  }
}

/** A person at a terminal, or at the other end of SSH or of a serial line. */
export class TerminalQuestions implements Questions {
  readonly canAsk = true;
  readonly #lines: ReturnType<typeof createInterface>;
  readonly #closed = new AbortController();
  readonly #signal: AbortSignal;
  readonly #words: Pick<SetupTexts, 'hidden' | 'yes' | 'no' | 'ended' | 'startAgain'>;
  #isMuted = false;

  constructor(
    input: NodeJS.ReadableStream,
    output: NodeJS.WritableStream,
    signal: AbortSignal,
    words: Pick<SetupTexts, 'hidden' | 'yes' | 'no' | 'ended' | 'startAgain'>,
  ) {
    this.#words = words;
    const echo = new Writable({
      write: (chunk: Buffer, _encoding, done) => {
        if (!this.#isMuted) output.write(chunk);
        done();
      },
    });
    this.#lines = createInterface({ input, output: echo, terminal: true, historySize: 0 });
    this.#signal = AbortSignal.any([signal, this.#closed.signal]);
    this.#lines.on('close', () => this.#closed.abort());
    // In a terminal's raw mode Ctrl+C is a key.
    this.#lines.on('SIGINT', () => process.kill(process.pid, 'SIGINT'));
  }

  async ask(question: string, proposed = ''): Promise<string> {
    const hint = proposed === '' ? '' : ` [${proposed}]`;
    const answer = await this.#question(printableLines(`${question}${hint}: `));
    return answer === '' ? proposed : answer;
  }

  async secret(question: string): Promise<string> {
    const asked = this.#question(printableLines(`${question} (${this.#words.hidden}): `));
    this.#isMuted = true;
    try {
      return await asked;
    } finally {
      this.#isMuted = false;
      process.stderr.write('\n');
    }
  }

  async confirm(question: string, proposed: boolean): Promise<boolean> {
    for (;;) {
      const answer = await this.ask(`${question} [${proposed ? this.#words.yes : this.#words.no}]`);
      if (answer === '') return proposed;
      if (/^(?:y|yes|д|да)$/i.test(answer)) return true;
      if (/^(?:n|no|н|нет)$/i.test(answer)) return false;
    }
  }

  async #question(text: string): Promise<string> {
    try {
      return (await this.#lines.question(text, { signal: this.#signal })).trim();
    } catch (error) {
      if (!this.#closed.signal.aborted) throw error;
      throw new UsageError(this.#words.ended, this.#words.startAgain);
    }
  }

  [Symbol.dispose](): void {
    this.#lines.close();
  }
}
