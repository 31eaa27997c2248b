import type { Command } from 'commander';
import type { DeclaredLoss, StreamStats } from '../../journal/reading.ts';
import type { LinkView } from '../../status/index.ts';
import { askService } from '../ask-service.ts';
import { action, type Context, examples, type Registry } from '../context.ts';
import { EXIT, type ExitCode } from '../exit.ts';
import { durationText } from '../text/time-text.ts';
import { uplinkText } from '../text/uplink-text.ts';

/** `lineside sync status` */
export function configure(command: Command, registry: Registry): void {
  command
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
  const { journalPath, openJournalReader } = await import('../../journal/reading.ts');
  const { STREAMS } = await import('@lineside/protocol/records');
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
    const oldest = row.oldestAgeMs === undefined ? '' : `, oldest ${durationText(row.oldestAgeMs)}`;
    const lost = row.declared > 0 ? `, ${row.declared} declared lost` : '';
    const losses = row.losses.map(
      ({ from, to, reason }) => `    lost     ${from} to ${to}: ${reason.replaceAll('_', ' ')}`,
    );
    const line = `  ${row.stream.padEnd(10)} ${row.next - 1} written, ${row.acked} delivered, ${row.queued} queued${oldest}${lost}`;
    return [line, ...losses].join('\n');
  });
  return [`device ${device}`, `uplink ${uplinkText(link, now)}`, ...paceText(link), ...rows].join('\n');
}

/** How quickly the queue empties, and what an event costs on the wire. */
function paceText(link: LinkView | undefined): readonly string[] {
  if (link?.drainPerS === undefined) return [];
  const empty = link.emptyInMs === undefined ? '' : `, empty in ${durationText(link.emptyInMs)}`;
  const { sentBytes = 0, sentRecords = 0 } = link;
  const each = sentRecords === 0 ? '' : `, ${(sentBytes / sentRecords).toFixed(0)} bytes a record on the wire`;
  return [`pace   ${link.drainPerS.toFixed(1)} records a second${empty}${each}`];
}
