/** A line longer than this is passed on in pieces, so that an output without line ends cannot fill the memory. */
const MAX_LINE = 1 << 20;

/** Cuts a stream of text into lines. A last line without its end is passed on by `end`. */
export class LineSplitter {
  readonly #onLine: (line: string) => void;
  #rest = '';

  constructor(onLine: (line: string) => void) {
    this.#onLine = onLine;
  }

  push(text: string): void {
    const lines = (this.#rest + text).split('\n');
    this.#rest = lines.pop() ?? '';
    for (const line of lines) this.#onLine(line.endsWith('\r') ? line.slice(0, -1) : line);
    if (this.#rest.length > MAX_LINE) this.end();
  }

  end(): void {
    const rest = this.#rest;
    this.#rest = '';
    if (rest !== '') this.#onLine(rest);
  }
}
