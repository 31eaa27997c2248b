import type { Command } from 'commander';
import type { StreamStats } from '../../journal/reading.ts';
import { askService, type ServiceStatus } from '../ask-service.ts';
import { action, type Context, examples, type Registry } from '../context.ts';
import { EXIT, type ExitCode } from '../exit.ts';
import { statusText } from '../text/status-text.ts';

/** `lineside status` */
export function configure(command: Command, registry: Registry): void {
  command
    .addHelpText(
      'after',
      examples('lineside status', 'lineside status --json') +
        '\n\nAsks the service. Exit code: 0 every camera is inspected; 4 degraded, only a part is; 5 nothing is inspected,' +
        '\nor not yet; 1 no service runs, and what is reported comes from the files; 3 the service does not answer.',
    )
    .action(action(registry, status));
}

async function status(context: Context): Promise<ExitCode> {
  const answer = await askService(context.dataDir);
  if (answer === undefined) return statusOfFiles(context);
  context.say(answer, statusText(answer));
  return exitCodeFor(answer.health);
}

/** A line that cannot record its events is not all right either, however much it inspects. */
function exitCodeFor({ word, ok }: ServiceStatus['health']): ExitCode {
  if (word === 'inspecting') return ok ? EXIT.ok : EXIT.degraded;
  return word === 'degraded' ? EXIT.degraded : EXIT.notInspecting;
}

async function statusOfFiles(context: Context): Promise<ExitCode> {
  const streams = await streamsOf(context.dataDir);
  const rows = Object.entries(streams ?? {}).map(
    ([stream, stats]: [string, StreamStats]) =>
      `  ${stream.padEnd(10)} ${stats.next - 1} written, ${stats.queued} queued`,
  );
  const journal = streams === undefined ? ['  there is no journal yet'] : rows;
  const head = `not running: no service uses ${context.dataDir}; nothing is being inspected`;
  context.say({ service: 'down', dataDir: context.dataDir, streams: streams ?? {} }, [head, ...journal].join('\n'));
  return EXIT.problems;
}

async function streamsOf(dataDir: string): Promise<Readonly<Record<string, StreamStats>> | undefined> {
  const { JournalError, journalPath, openJournalReader } = await import('../../journal/reading.ts');
  try {
    const reader = openJournalReader(journalPath(dataDir));
    try {
      return reader.stats();
    } finally {
      reader.close();
    }
  } catch (error) {
    if (error instanceof JournalError && error.code === 'journal_absent') return undefined;
    throw error;
  }
}
