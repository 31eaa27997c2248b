import type { EventBody } from '@lineside/protocol/records';
import type { Logger } from '@lineside/kit';
import type { Journal } from '../journal/index.ts';
import type { EventReader } from './event-reader.ts';
import { EVENT_RECORD } from './record-kinds.ts';

const STEP = 100;

/**
 * Closes, with reason `restart`, every event that an earlier run left open because it was killed: nobody observed
 * whether the condition lasted on. `upTo`: number of the last record of stream `events` that the earlier run wrote.
 * Returns how many were closed.
 */
export function closeStaleEvents(journal: Journal, events: EventReader, upTo: number, log: Logger): number {
  let closed = 0;
  for (let before: number | undefined = upTo + 1; before !== undefined; ) {
    const page = events.page(STEP, { state: 'open' }, before);
    const entries = page.events.flatMap(({ event }) => {
      const last: EventBody | undefined = events.transitions(event).at(-1)?.body;
      if (last === undefined) return [];
      const body: EventBody = { ...last, phase: 'closed', reason: 'restart' };
      return [{ stream: 'events', kind: EVENT_RECORD, body } as const];
    });
    if (entries.length > 0) journal.append(entries);
    closed += entries.length;
    before = page.next;
  }
  if (closed > 0) log.warn({ events: closed }, 'closed events that an earlier run had left open');
  return closed;
}
