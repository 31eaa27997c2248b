import type { Command } from 'commander';
import { type LinkView } from '../status/index.ts';
import { STREAMS } from '@lineside/protocol';
import { type DeclaredLoss, journalPath, openJournalReader, type StreamStats } from '../journal/index.ts';
import { action, type Context, examples, type Registry } from './context.ts';
import { EXIT, type ExitCode } from './exit.ts';
import { askService } from './service.ts';
import { lasted } from './time-text.ts';

/** `lineside sync status` */
export function syncVerbs(program: Command, registry: Registry): void {
  const sync = program.command('sync').description('what was forwarded and what waits');
  sync
    .command('status')
    .description('per stream: written, stored by the collector, waiting, declared lost; and the state of the link')
    .addHelpText('after', examples('lineside sync status', 'lineside sync status --json'))
    .action(action(registry, status));
}

const MOST_LOSSES = 5;

interface StreamRow extends StreamStats {
  readonly stream: string;
  readonly losses: readonly DeclaredLoss[];
  readonly oldestAgeMs?: number;
}

async function status(context: Context): Promise<ExitCode> {
  const reader = openJournalReader(journalPath(context.dataDir));
  const now = context.io.clock.wallMs();
  let streams: readonly StreamRow[];
  const { device, epoch } = reader;
  try {
    const stats = reader.stats();
    streams = STREAMS.flatMap((stream) => {
      const known = stats[stream];
      return known === undefined ? [] : [{ ...rowOf(stream, known, now), losses: reader.losses(stream, MOST_LOSSES) }];
    });
  } finally {
    reader.close();
  }
  const link = (await askService(context.dataDir))?.link;
  context.say({ device, epoch, link: link ?? { state: 'service_down' }, streams }, textOf(device, link, streams, now));
  return EXIT.ok;
}

function rowOf(stream: string, stats: StreamStats, now: number): Omit<StreamRow, 'losses'> {
  const oldest = stats.oldestQueuedWallMs;
  return { stream, ...stats, ...(oldest === undefined ? {} : { oldestAgeMs: Math.max(0, now - oldest) }) };
}

function textOf(device: string, link: LinkView | undefined, streams: readonly StreamRow[], now: number): string {
  const rows = streams.map((row) => {
    const oldest = row.oldestAgeMs === undefined ? '' : `, oldest ${lasted(row.oldestAgeMs)}`;
    const lost = row.declared > 0 ? `, ${row.declared} declared lost` : '';
    const losses = row.losses.map(
      ({ from, to, reason }) => `    lost     ${from} to ${to}: ${reason.replaceAll('_', ' ')}`,
    );
    const line = `  ${row.stream.padEnd(10)} ${row.next - 1} written, ${row.acked} stored by the collector, ${row.queued} waiting${oldest}${lost}`;
    return [line, ...losses].join('\n');
  });
  return [`device ${device}`, `link   ${linkText(link, now)}`, ...paceText(link), ...rows].join('\n');
}

/** How quickly the queue empties, and what an event costs on the wire. */
function paceText(link: LinkView | undefined): readonly string[] {
  if (link?.drainPerS === undefined) return [];
  const empty = link.emptyInMs === undefined ? '' : `, empty in ${lasted(link.emptyInMs)}`;
  const { sentBytes = 0, sentRecords = 0 } = link;
  const each = sentRecords === 0 ? '' : `, ${(sentBytes / sentRecords).toFixed(0)} bytes a record on the wire`;
  return [`pace   ${link.drainPerS.toFixed(1)} records a second${empty}${each}`];
}

/** The state of the link in a sentence. */
export function linkText(link: LinkView | undefined, now: number): string {
  if (link === undefined) return 'unknown: the service is down, nothing is being forwarded';
  const since = `for ${lasted(Math.max(0, now - link.sinceMs))}`;
  const broker = link.broker === undefined ? '' : ` ${link.broker}`;
  const error = link.lastError === undefined ? '' : `: ${link.lastError}`;
  switch (link.state) {
    case 'off':
      return 'off: no uplink is configured, everything stays on the box';
    case 'connecting':
      return `connecting to${broker} ${since}${error}`;
    case 'waiting':
      return `the broker${broker} answers, the collector is not there, ${since}`;
    case 'online':
      return `online at${broker} ${since}`;
    case 'offline':
      return `no connection to${broker} ${since}${error}`;
  }
}
