import type { StreamStats } from '../../journal/reading.ts';
import type { Check } from '../check.ts';
import { type CheckFinding, found, ok } from '../finding.ts';

export type QueueFacts = Readonly<Partial<Record<string, StreamStats>>>;

export interface QueueLimits {
  /** Wall ms. */
  readonly nowMs: number;
  readonly quotaBytes: number;
  /** False where no uplink is configured: then nothing is meant to leave. */
  readonly forwards: boolean;
}

const OLD_MS = 24 * 3_600_000;
const FULL_FRACTION = 0.8;

/** Records that wait for the collector, by stream. */
export function queueCheck(facts: () => QueueFacts | undefined, limits: QueueLimits): Check {
  return {
    name: 'queue',
    deadlineMs: 5_000,
    run: async () => {
      const stats = facts();
      if (stats === undefined) return [ok('queue', 'there is no journal yet')];
      const troubles = [
        ...(limits.forwards ? Object.entries(stats).flatMap(([stream, one]) => oldFindings(stream, one, limits)) : []),
        ...fullFindings(stats, limits),
        ...Object.entries(stats).flatMap(([stream, one]) => lostFindings(stream, one)),
      ];
      return troubles.length > 0 ? troubles : [ok('queue', queueText(stats))];
    },
  };
}

function queueText(stats: QueueFacts): string {
  return Object.entries(stats)
    .map(([stream, one]) => `${stream} ${one?.queued ?? 0}`)
    .join(', ');
}

function oldFindings(stream: string, stats: StreamStats | undefined, { nowMs }: QueueLimits): readonly CheckFinding[] {
  const ageMs = nowMs - (stats?.oldestQueuedWallMs ?? nowMs);
  if (ageMs < OLD_MS) return [];
  const hours = Math.floor(ageMs / 3_600_000);
  return [found('queue_old', `${stats?.queued ?? 0} queued, the oldest for ${hours} hours`, { subject: stream })];
}

function fullFindings(stats: QueueFacts, { quotaBytes }: QueueLimits): readonly CheckFinding[] {
  const queued = Object.values(stats).reduce((sum, one) => sum + ((one?.queued ?? 0) > 0 ? (one?.bytes ?? 0) : 0), 0);
  if (queued < quotaBytes * FULL_FRACTION) return [];
  const text = `${(queued / 1e6).toFixed(0)} of ${(quotaBytes / 1e6).toFixed(0)} MB are used by records that wait`;
  return [found('queue_full', text)];
}

function lostFindings(stream: string, stats: StreamStats | undefined): readonly CheckFinding[] {
  const lost = stats?.declared ?? 0;
  return lost === 0 ? [] : [found('records_lost', `${lost} records are declared lost`, { subject: stream })];
}
