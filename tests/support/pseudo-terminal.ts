import { type ChildProcessWithoutNullStreams, spawn } from 'node:child_process';
import { once } from 'node:events';
import { waitFor } from './wait-for.ts';

/** A program at a pseudo-terminal (by util-linux's `script`), and a person who reads and types. */
export class PseudoTerminal implements AsyncDisposable {
  readonly #child: ChildProcessWithoutNullStreams;
  #screen = '';
  /** How far the person has read. */
  #read = 0;
  #code: number | undefined;

  constructor(command: readonly string[], cwd: string) {
    const quoted = command.map((word) => `'${word.replaceAll("'", String.raw`'\''`)}'`).join(' ');
    this.#child = spawn('script', ['-qfec', quoted, '/dev/null'], { cwd, env: { ...process.env, TERM: 'xterm' } });
    this.#child.stdout.setEncoding('utf8').on('data', (text: string) => (this.#screen += text));
    this.#child.on('close', (code) => (this.#code = code ?? 1));
    this.#child.stdin.on('error', () => undefined);
  }

  /** All that the program wrote, as it was written. */
  get written(): string {
    return this.#screen;
  }

  /** All that was shown, without control sequences. */
  get screen(): string {
    // eslint-disable-next-line no-control-regex -- they are what is taken out
    return this.#screen.replace(/\x1b\[[0-9;?]*[A-Za-z]/g, '').replaceAll('\r', '');
  }

  /** Waits until new text matches; what stands before its end counts as read. On a busy machine it gives up before a test ends that hangs. */
  async see(pattern: RegExp, withinMs = 60_000): Promise<RegExpExecArray> {
    try {
      const found = await waitFor(
        `the terminal to show ${String(pattern)}`,
        () => pattern.exec(this.screen.slice(this.#read)) ?? (this.#code === undefined ? undefined : 'ended'),
        { withinMs },
      );
      if (found === 'ended') throw new Error(`the program ended before it showed ${String(pattern)}`);
      this.#read += found.index + found[0].length;
      return found;
    } catch (error) {
      throw new Error(`${error instanceof Error ? error.message : String(error)}\n${this.screen.slice(-3000)}`, {
        cause: error,
      });
    }
  }

  /** Types a line. */
  type(text: string): void {
    this.#child.stdin.write(`${text}\r`);
  }

  /** Waits for a question and answers it. */
  async answer(question: RegExp, text: string, withinMs?: number): Promise<void> {
    await this.see(question, withinMs);
    this.type(text);
  }

  interrupt(): void {
    this.#child.stdin.write('\u0003');
  }

  /** The exit code, once the program has ended. */
  async end(withinMs = 60_000): Promise<number> {
    return waitFor('the program at the terminal to end', () => this.#code, { withinMs });
  }

  async [Symbol.asyncDispose](): Promise<void> {
    if (this.#code !== undefined) return;
    this.#child.kill('SIGKILL');
    await once(this.#child, 'close');
  }
}
