import { silentLogger } from '@lineside/kit';
import { expect, it } from 'vitest';
import { tempDir } from '../../../tests/support/temp-dir.ts';
import { HandClock, openTestJournal } from '../../../tests/support/test-journal.ts';
import { type Entry, JournalReader } from '../journal/index.ts';
import { Acknowledgements } from './acknowledgements.ts';
import { EventTable } from './event-table.ts';

const id = (n: number): string => `01980000-0000-7000-8000-${n.toString(16).padStart(12, '0')}`;
const opened = (n: number): Entry => ({
  ...{ stream: 'events', kind: 'event' },
  body: {
    ...{ camera: 'packing', durationMs: 100, event: id(n), kind: 'quality_issue', label: 'crack' },
    ...{ phase: 'opened', rule: 'defects', severity: 'warning' },
  },
});

it('an acknowledgement is a record of the audit, survives a restart, stays as it was first, and goes with its event', async () => {
  await using dir = await tempDir();
  const clock = new HandClock();
  const open = () => {
    const journal = openTestJournal(dir.path, { clock });
    const table = EventTable.open(journal, silentLogger);
    return { journal, acknowledged: Acknowledgements.open(journal, () => table.progress.complete) };
  };
  const first = open();
  first.journal.append([opened(1), opened(2)]);
  expect(first.acknowledged.of(id(1))).toBeUndefined();
  const atMs = clock.wallMs();
  expect(first.acknowledged.add(id(1), 'anna', 'belt was changed')).toEqual({
    ...{ by: 'anna', atMs, note: 'belt was changed' },
  });
  clock.advance(60_000);
  expect(first.acknowledged.add(id(1), 'boris')?.by).toBe('anna');
  first.acknowledged.add(id(2), 'boris');
  first.journal.close();

  const again = open();
  expect(again.acknowledged.of(id(1))).toMatchObject({ by: 'anna', note: 'belt was changed' });
  expect(again.acknowledged.of(id(2))).toEqual({ by: 'boris', atMs: atMs + 60_000 });
  const audit = [...new JournalReader(again.journal.database).records('audit')].map(({ json }) => json);
  expect(audit).toHaveLength(2);
  expect(audit[0]).toContain('"action":"event_acknowledged"');
  // The records of an event that is deleted take its acknowledgement with them.
  again.journal.database.exec(`DELETE FROM event_summary WHERE event = '${id(1)}'`);
  again.acknowledged.dropping('audit');
  expect(again.acknowledged.of(id(1))).toBeDefined();
  again.acknowledged.dropping('events');
  expect(again.acknowledged.of(id(1))).toBeUndefined();
  expect(again.acknowledged.of(id(2))).toBeDefined();
  again.journal.close();
});
