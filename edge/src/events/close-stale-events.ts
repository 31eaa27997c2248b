import type { EventBody } from '@lineside/protocol';
import type { Logger } from '@lineside/kit';
import { EVENT_RECORD } from './journal-recorder.ts';
import type { Journal } from '../journal/index.ts';
import type { EventReader } from './event-reader.ts';

/**
 * Closes, with reason `restart`, every event that a run before this one left open because it was killed: whether the
 * condition lasted on is not known, and an event that stays open for ever is a lie.
 */
export function closeStaleEvents(journal: Journal, reader: EventReader, logger: Logger): number {
  const bodies: EventBody[] = [];
  for (const stored of reader.events({ state: 'open' })) {
    const last = reader.show(stored.event)?.transitions.at(-1)?.body;
    if (last === undefined) continue;
    bodies.push({ ...last, phase: 'closed', reason: 'restart' });
  }
  for (const body of bodies) journal.append([{ stream: 'events', kind: EVENT_RECORD, body }]);
  if (bodies.length > 0) logger.warn({ events: bodies.length }, 'closed events that an earlier run had left open');
  return bodies.length;
}
