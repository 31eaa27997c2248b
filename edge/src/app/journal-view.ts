import { STREAMS } from '@lineside/protocol';
import type { Journal } from '../journal/index.ts';
import type { LanesState } from '../pipeline/index.ts';
import type { Snapshot } from '../status/index.ts';

/** Declarations of loss that a snapshot shows of each stream. */
const MAX_LOSSES = 5;

/** The journal as the status page shows it; `wallMs` is now. */
export function journalView(journal: Journal, lanes: LanesState, wallMs: number): Snapshot['journal'] {
  const stats = journal.stats();
  const streams = STREAMS.map((stream) => {
    const { queued, next, acked, declared, oldestQueuedWallMs } = stats[stream];
    const losses = journal.losses(stream, MAX_LOSSES);
    return {
      stream,
      queued,
      next,
      acked,
      declaredLost: declared,
      ...(oldestQueuedWallMs === undefined ? {} : { oldestAgeMs: Math.max(0, wallMs - oldestQueuedWallMs) }),
      ...(losses.length === 0 ? {} : { losses }),
    };
  });
  const troubles = journal.alarms();
  const alarms = troubles.length === 0 ? {} : { alarms: troubles };
  const waiting = lanes.lanes.some(({ recording }) => recording.retries > 0 && recording.waiting > 0);
  return waiting
    ? { writable: false, problem: 'events wait because the journal refuses them; see the log', streams, ...alarms }
    : { writable: true, streams, ...alarms };
}
