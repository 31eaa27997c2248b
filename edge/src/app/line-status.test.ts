import { silentLogger } from '@lineside/kit';
import { expect, test } from 'vitest';
import { eventBody } from '../../../tests/support/journal-twin.ts';
import { tempDir } from '../../../tests/support/temp-dir.ts';
import { HandClock, openTestJournal } from '../../../tests/support/test-journal.ts';
import { Acknowledgements, EventReader, EventTable } from '../events/index.ts';
import type { Entry, Journal } from '../journal/index.ts';
import { LineStatus, type LineStatusParts } from './line-status.ts';

const id = (n: number): string => `01980000-0000-7000-8000-${String(n).padStart(12, '0')}`;

function transition(n: number, phase: 'opened' | 'updated' | 'closed'): Entry {
  const reason = phase === 'closed' ? { reason: 'cleared' as const } : {};
  return { stream: 'events', kind: 'event', body: eventBody({ event: id(n), phase, ...reason }) };
}

/** The status of a line with that journal, as far as its events are asked for. */
function statusOf(journal: Journal): LineStatus {
  const table = EventTable.open(journal, silentLogger);
  const acknowledgements = Acknowledgements.open(journal, () => table.progress.complete);
  const folder = { journal, events: new EventReader(journal.database), acknowledgements };
  return new LineStatus({ folder, clock: new HandClock(), inspection: { lanes: {} } } as unknown as LineStatusParts);
}

test('an event is delivered when the collector has confirmed each of its records, in any order', async () => {
  await using dir = await tempDir();
  let journal = openTestJournal(dir.path);
  let status = statusOf(journal);
  const delivered = (): readonly number[] =>
    [1, 2, 3].filter((n) => {
      const listed = status.events({ limit: 9 }).events.find(({ event }) => event === id(n));
      expect(status.event(id(n))?.delivered).toBe(listed?.delivered);
      return listed?.delivered;
    });
  journal.append([
    transition(1, 'opened'), // 1
    transition(2, 'opened'), // 2
    transition(2, 'updated'), // 3
    transition(2, 'closed'), // 4
    transition(3, 'opened'), // 5
    transition(1, 'closed'), // 6
  ]);
  expect(delivered()).toEqual([]);

  // Fresh records are confirmed while the backlog before them still waits: that of event 3 and the end of event 1.
  journal.ack('events', 0, [[5, 6]]);
  expect(delivered()).toEqual([3]);

  // The ends of event 2, without what lies between them.
  journal.ack('events', 0, [
    [2, 2],
    [4, 4],
  ]);
  expect(delivered()).toEqual([3]);

  journal.ack('events', 0, [[3, 3]]);
  expect(delivered()).toEqual([2, 3]);

  journal.saveAcks();
  journal.close();
  journal = openTestJournal(dir.path);
  status = statusOf(journal);
  expect(delivered()).toEqual([2, 3]);

  journal.ack('events', 1, []);
  expect(delivered()).toEqual([1, 2, 3]);
  journal.close();
});
