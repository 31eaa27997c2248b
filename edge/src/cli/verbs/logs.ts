import { resolve } from 'node:path';
import { redactUrls } from '@lineside/kit';
import { type Command, Option } from 'commander';
import { action, type Context, examples, type Registry } from '../context.ts';
import { UsageError } from '../errors.ts';
import { EXIT, type ExitCode } from '../exit.ts';
import { fileLines, type LogQuery, unitLines } from '../log-source.ts';
import { positiveInteger } from '../option-values.ts';
import {
  type LineFacts,
  LOG_SEVERITIES,
  type LogLine,
  type LogSeverity,
  logText,
  readLogLine,
} from '../text/log-line.ts';

interface LogsOptions {
  readonly follow?: boolean;
  readonly lines: number;
  readonly since?: string;
  readonly until?: string;
  readonly severity: LogSeverity;
  readonly module?: string;
  readonly file?: string;
  readonly unit: string;
}

/** `lineside logs` */
export function configure(command: Command, registry: Registry): void {
  command
    .option('-f, --follow', 'go on with what is written from now on, until stopped')
    .option('-n, --lines <count>', 'most lines of what is there already', positiveInteger, 200)
    .addOption(new Option('--severity <severity>', 'this severity and worse').choices(LOG_SEVERITIES).default('info'))
    .option('--since <duration>', 'only of the last minutes, hours or days, such as 30m or 8h')
    .option('--until <duration>', 'only what is at least so old, such as 2h')
    .option('--module <name>', 'only of this module, such as camera or updates')
    .option('--file <file>', "a log file instead of the unit's journal")
    .option('--unit <name>', 'unit of systemd', 'lineside')
    .addHelpText(
      'after',
      examples(
        'lineside logs --severity warn --since 8h',
        'lineside logs --follow --module updates',
        'lineside logs --file service.log --json | jq .msg',
      ) +
        '\n\nThe service writes its log to stderr, which systemd keeps. In a container or a shell give the file to which it was' +
        '\nsent. A line that is no JSON, such as the words of a crash, counts as an error; one of systemd itself has the priority that' +
        '\nsystemd gave it. Ends with 1 where there is no log.',
    )
    .action(action<LogsOptions>(registry, logs));
}

async function logs(context: Context, options: LogsOptions): Promise<ExitCode> {
  const { io } = context;
  const matches = await filterOf(options, io.clock.wallMs());
  const { follow = false, lines, file, unit } = options;
  const onLine = (text: string, facts?: LineFacts): void => {
    if (text.trim() === '') return;
    const line = readLogLine(text, facts);
    if (matches(line)) io.out(redactUrls(context.json ? jsonOf(text, line) : logText(line)));
  };
  const query: LogQuery = { lines, follow, onLine, signal: io.signal };
  if (file === undefined) await unitLines(unit, query);
  else await fileLines(resolve(io.cwd, file), query, io.clock);
  return EXIT.ok;
}

function jsonOf(text: string, { atMs: time, message, severity, fields }: LogLine): string {
  return text.startsWith('{') && message !== text ? text : JSON.stringify({ severity, time, msg: message, ...fields });
}

async function filterOf(options: LogsOptions, nowMs: number): Promise<(line: LogLine) => boolean> {
  const { severity, module, since, until } = options;
  const { parseDuration } = await import('../../fields/index.ts');
  const bound = (name: string, text: string | undefined): number | undefined => {
    if (text === undefined) return undefined;
    const ms = parseDuration(text);
    if (ms === undefined)
      throw new UsageError(`${name} ${text} is not a duration`, 'write a duration such as 30m or 8h');
    return nowMs - ms;
  };
  const [fromMs, toMs] = [bound('--since', since), bound('--until', until)];
  const least = LOG_SEVERITIES.indexOf(severity);
  return (line) =>
    LOG_SEVERITIES.indexOf(line.severity) >= least &&
    (module === undefined || line.module === module) &&
    // A line without a time belongs to those around it.
    (fromMs === undefined || (line.atMs ?? fromMs) >= fromMs) &&
    (toMs === undefined || (line.atMs ?? toMs) <= toMs);
}
