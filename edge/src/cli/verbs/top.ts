import { isAbort, printableLines } from '@lineside/kit';
import type { Command } from 'commander';
import { askService } from '../ask-service.ts';
import { action, type Context, examples, type Registry } from '../context.ts';
import { UsageError } from '../errors.ts';
import { EXIT, type ExitCode } from '../exit.ts';
import type { Terminal } from '../io.ts';
import { statusText } from '../text/status-text.ts';
import { localTime } from '../text/time-text.ts';

const EVERY_MS = 1_000;
/** xterm: the alternate screen with a hidden cursor, and back; the upper left corner; the rest of a line, of the screen. */
const ENTER = '\u001b[?1049h\u001b[?25l';
const LEAVE = '\u001b[?25h\u001b[?1049l';
const HOME = '\u001b[H';
const REST_OF_LINE = '\u001b[K';
const REST = '\u001b[J';

/** `lineside top` */
export function configure(command: Command, registry: Registry): void {
  command
    .addHelpText(
      'after',
      examples('lineside top', 'lineside top --json | jq .health.word') +
        '\n\nWhat `lineside status` shows, every second. Needs a terminal; with --json it prints one line of JSON a second.' +
        '\nCtrl-C ends it. A service that is stopped and started meanwhile is shown as such.',
    )
    .action(action(registry, top));
}

async function top(context: Context): Promise<ExitCode> {
  const { io, json } = context;
  const { terminal, signal, clock } = io;
  if (terminal === undefined && !json) {
    throw new UsageError(
      'lineside top draws on a terminal, and this is none',
      'lineside status, or lineside top --json',
    );
  }
  if (!json) terminal?.draw(ENTER);
  try {
    while (!signal.aborted) {
      const text = await screenOf(context);
      if (json) io.out(text);
      else if (terminal !== undefined) draw(terminal, text);
      await clock.sleep(EVERY_MS, signal);
    }
  } catch (error) {
    if (!isAbort(error) && !signal.aborted) throw error;
  } finally {
    if (!json) terminal?.draw(LEAVE);
  }
  return EXIT.ok;
}

async function screenOf({ dataDir, json, io }: Context): Promise<string> {
  const time = localTime(io.clock.wallMs());
  try {
    const status = await askService(dataDir);
    if (json) return JSON.stringify(status ?? { service: 'down', dataDir });
    return `${time}\n${status === undefined ? `not running: no service uses ${dataDir}` : statusText(status)}`;
  } catch (error) {
    io.signal.throwIfAborted();
    const message = error instanceof Error ? error.message : String(error);
    return json ? JSON.stringify({ service: 'unknown', message }) : `${time}\nno answer: ${message}`;
  }
}

/** Only what fits: a line that wraps would move the others. */
function draw(terminal: Terminal, text: string): void {
  const { columns, rows } = terminal.size();
  const lines = printableLines(text)
    .split('\n')
    .slice(0, Math.max(1, rows - 1));
  const shown = lines.map((line) => `${Array.from(line).slice(0, columns).join('')}${REST_OF_LINE}`);
  terminal.draw(`${HOME}${shown.join('\r\n')}${REST}`);
}
