import { messageOf } from '@lineside/kit';
import type { FeedCommand } from '../plant/feeds/index.ts';
import type { AuditLog } from './audit-log.ts';
import type { LineStatus } from './line-status.ts';

export interface ReceivedCommand {
  readonly feed: string;
  readonly command: FeedCommand;
  readonly value: string;
}

export interface CommandedLine {
  readonly status: Pick<LineStatus, 'setRecipe' | 'acknowledge'>;
  readonly audit: Pick<AuditLog, 'write'>;
}

/** Follows what came over a feed whose configuration allows it; the audit has who wanted what, and what became of it. Never rejects. */
export async function feedCommand(
  { status, audit }: CommandedLine,
  { feed, command, value }: ReceivedCommand,
): Promise<void> {
  const by = `feed ${feed}`;
  let outcome = 'done';
  try {
    if (command === 'recipe') await status.setRecipe(value);
    else if (status.acknowledge(value, by, undefined) === undefined) outcome = 'no such event';
  } catch (error) {
    outcome = messageOf(error);
  }
  audit.write('feed_command', { feed, command, value: value.slice(0, 128), outcome }, by);
}
