import { randomBytes } from 'node:crypto';
import { cpSync } from 'node:fs';
import { join } from 'node:path';
import type { EventBody } from '@lineside/protocol';
import { silentLogger } from '@lineside/kit';
import Database from 'better-sqlite3';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { dice } from '../../../tests/support/dice.ts';
import { type TempDir, tempDir } from '../../../tests/support/temp-dir.ts';
import { HandClock, openTestJournal } from '../../../tests/support/test-journal.ts';
import { type Entry, type Journal, JournalReader, journalPath } from '../journal/index.ts';
import { closeStaleEvents } from './close-stale-events.ts';
import type { EventFilter } from './event-filter.ts';
import { EventReader, openEventReader } from './event-reader.ts';
import { type EventSummary, eventSummary, summariseAll, type Transition, transitionOf } from './event-summary.ts';
import { EventTable } from './event-table.ts';
import { EventTableFill } from './event-table-fill.ts';

let folder: TempDir;
let clock: HandClock;
beforeEach(async () => {
  folder = await tempDir();
  clock = new HandClock();
});
afterEach(() => folder[Symbol.asyncDispose]());

const ALL = Number.MAX_SAFE_INTEGER;
const id = (n: number): string => `01980000-0000-7000-8000-${n.toString(16).padStart(12, '0')}`;

function entry(n: number, phase: EventBody['phase'], changes: Partial<EventBody> = {}): Entry {
  const body: EventBody = {
    camera: 'packing',
    durationMs: 100,
    event: id(n),
    kind: 'quality_issue',
    label: 'crack',
    phase,
    rule: 'defects',
    severity: 'warning',
    ...(phase === 'closed' ? { reason: 'cleared' } : {}),
    ...changes,
  };
  return { stream: 'events', kind: 'event', body };
}

/** The same summaries made without the table: from every record that is held. */
function fromRecords(journal: Journal): readonly EventSummary[] {
  const transitions = new Map<string, Transition[]>();
  for (const { json } of new JournalReader(journal.database).records('events')) {
    const transition = transitionOf(json);
    if (transition === undefined) continue;
    const { event } = transition.body;
    transitions.set(event, [...(transitions.get(event) ?? []), transition]);
  }
  const summaries = [...transitions.values()].map((list) => eventSummary(summariseAll(list)!));
  return summaries.toSorted((a, b) => b.lastSeq - a.lastSeq);
}

function fits(event: EventSummary, filter: EventFilter): boolean {
  const { since = Number.NEGATIVE_INFINITY, until = Number.POSITIVE_INFINITY, ...exact } = filter;
  const equal = Object.entries(exact).every(([name, value]) => event[name as keyof EventSummary] === value);
  return equal && event.updatedAtMs >= since && event.openedAtMs <= until;
}

describe('the table of events', () => {
  test.for([1, 2, 3, 4])(
    'equals what the records say after any history of writes, deletions and restarts (seed %i)',
    (seed) => {
      const roll = dice(seed);
      const pick = <T>(items: readonly T[]): T => items[roll(items.length)]!;
      const open = (): Journal => openTestJournal(folder.path, { clock, quotaBytes: 2 ** 20, random: randomBytes });
      let journal = open();
      let table = EventTable.open(journal, silentLogger);
      let next = 1;
      const change = (n: number): Entry =>
        entry(n, pick(['opened', 'updated', 'updated', 'closed']), {
          camera: pick(['packing', 'floor']),
          kind: pick(['quality_issue', 'sanitation']),
          severity: pick(['info', 'warning', 'critical']),
          durationMs: roll(5_000),
          ...(roll(2) === 0 ? { zone: pick(['east', 'west']) } : {}),
          ...(roll(2) === 0 ? { score: roll(100) / 100 } : {}),
          ...(roll(3) === 0 ? { snapshot: 'abcdef0123456789'[roll(16)]!.repeat(64) } : {}),
          ...(roll(4) === 0 ? { details: { text: 'x'.repeat(roll(3_000)) } } : {}),
        });
      const steps: readonly (() => void)[] = [
        () => void journal.append([entry((next += 1), 'opened')]),
        () => void journal.append(Array.from({ length: 1 + roll(8) }, () => change(1 + roll(next)))),
        () => void journal.append([{ stream: 'events', kind: 'other', body: { text: 'no event' } }]),
        () => clock.advance(roll(60_000)),
        () => clock.setWall(clock.wallMs() + roll(2_000_000) - 1_000_000),
        () => journal.ack('events', Math.max(0, journal.stats().events.next - 1 - roll(30)), []),
        () => void journal.prune(roll(100_000), 1 + roll(40)),
        // A transaction that fails takes its part of the table back with it.
        () =>
          expect(() =>
            journal.append([change(1 + roll(next))], () => {
              throw new Error('the disk refuses');
            }),
          ).toThrow('the disk refuses'),
        () => {
          journal.close();
          journal = open();
          table = EventTable.open(journal, silentLogger);
        },
      ];
      for (let step = 0; step < 300; step += 1) {
        pick(steps)();
        if (step % 20 !== 0) continue;
        const reader = new EventReader(journal.database);
        const expected = fromRecords(journal);
        expect(reader.list(ALL - 1)).toEqual(expected);
        const oldestFirst = expected.toSorted((a, b) => a.openedAtMs - b.openedAtMs || a.firstSeq - b.firstSeq);
        expect([...reader.events()]).toEqual(oldestFirst);
        const filter: EventFilter = {
          ...(roll(3) === 0 ? { camera: pick(['packing', 'floor', 'nowhere']) } : {}),
          ...(roll(3) === 0 ? { kind: pick(['quality_issue', 'sanitation', 'personnel_violation']) } : {}),
          ...(roll(3) === 0 ? { severity: pick(['info', 'critical']) } : {}),
          ...(roll(4) === 0 ? { zone: pick(['east', 'west']) } : {}),
          ...(roll(3) === 0 ? { state: pick(['open', 'closed']) } : {}),
          ...(roll(3) === 0 ? { since: clock.wallMs() - roll(1_000_000) } : {}),
          ...(roll(3) === 0 ? { until: clock.wallMs() - roll(1_000_000) } : {}),
        };
        const matching = expected.filter((event) => fits(event, filter));
        expect([...reader.events(filter)]).toEqual(oldestFirst.filter((event) => fits(event, filter)));
        const limit = 1 + roll(5);
        const paged: EventSummary[] = [];
        for (let before: number | undefined = ALL; before !== undefined; ) {
          const page = reader.page(limit, filter, before);
          expect(page.events.length).toBeLessThanOrEqual(limit);
          paged.push(...page.events);
          before = page.next;
        }
        expect(paged).toEqual(matching);
        const incremental = reader.list(ALL - 1);
        table.rebuild();
        expect(reader.list(ALL - 1)).toEqual(incremental);
      }
      expect(journal.stats().events.first).toBeGreaterThan(1);
      journal.close();
    },
  );

  test('follows a journal that gives up undelivered events because it is full', () => {
    const journal = openTestJournal(folder.path, { clock, quotaBytes: 400_000 });
    EventTable.open(journal, silentLogger);
    for (let n = 1; n < 1_500; n += 10) {
      const numbers = Array.from({ length: 10 }, (_, i) => n + i);
      const details = { text: 'x'.repeat(200) };
      journal.append(numbers.flatMap((m) => [entry(m, 'opened', { details }), entry(m, 'closed')]));
    }
    expect(journal.stats().events.declared).toBeGreaterThan(0);
    expect(new EventReader(journal.database).list(ALL - 1)).toEqual(fromRecords(journal));
    journal.close();
  });

  test('is filled from a journal that was written without it, and closes what was left open before that', async () => {
    const writer = openTestJournal(folder.path, { clock });
    for (let n = 1; n <= 9_000; n += 90) {
      const numbers = Array.from({ length: 90 }, (_, i) => n + i);
      writer.append(
        numbers.flatMap((m) => (m % 9 === 0 ? [entry(m, 'opened')] : [entry(m, 'opened'), entry(m, 'closed')])),
      );
    }
    writer.close();
    const journal = openTestJournal(folder.path, { clock });
    const table = EventTable.open(journal, silentLogger);
    const earlier = journal.ends().events.seq;
    const reader = new EventReader(journal.database);
    let closed = 0;
    table.whenComplete(() => {
      closed = closeStaleEvents(journal, reader, earlier, silentLogger);
    });
    // Too many records for the opening itself: the rest is left to the service.
    expect(table.progress.complete).toBe(false);
    journal.append([entry(9_001, 'opened')]);
    const stop = new AbortController();
    const filling = new EventTableFill({ table, clock, log: silentLogger }).run(stop.signal);
    while (!table.progress.complete) {
      clock.advance(100);
      await new Promise(setImmediate);
    }
    stop.abort();
    await filling;
    expect(closed).toBe(1_000);
    expect(reader.list(ALL - 1)).toEqual(fromRecords(journal));
    expect(reader.list(10, { state: 'open' }).map(({ event }) => event)).toEqual([id(9_001)]);
    journal.close();
  });

  test('is brought up to date with what an older version wrote and deleted in between', () => {
    let journal = openTestJournal(folder.path, { clock });
    EventTable.open(journal, silentLogger);
    for (let n = 1; n <= 20; n += 1) journal.append([entry(n, 'opened'), entry(n, 'updated')]);
    journal.close();
    // The older version knows nothing of the table.
    journal = openTestJournal(folder.path, { clock });
    journal.append([entry(7, 'closed'), entry(21, 'opened')]);
    journal.ack('events', 13, []);
    clock.advance(1_000);
    journal.prune(0);
    journal.close();
    journal = openTestJournal(folder.path, { clock });
    EventTable.open(journal, silentLogger);
    const events = new EventReader(journal.database).list(ALL - 1);
    expect(events).toEqual(fromRecords(journal));
    expect(events.find(({ event }) => event === id(7))).toMatchObject({
      firstSeq: 14,
      transitions: 2,
      state: 'closed',
    });
    journal.close();
  });

  test('of another version is dropped and filled anew', () => {
    let journal = openTestJournal(folder.path, { clock });
    EventTable.open(journal, silentLogger);
    journal.append([entry(1, 'opened')]);
    journal.close();
    const database = new Database(journalPath(folder.path));
    database.exec(
      "UPDATE meta SET value = '99' WHERE key = 'derived_version'; ALTER TABLE event_summary ADD future TEXT",
    );
    database.close();
    journal = openTestJournal(folder.path, { clock });
    EventTable.open(journal, silentLogger);
    expect(new EventReader(journal.database).list(2)).toHaveLength(1);
    journal.close();
  });

  test('goes on under the new epoch of a journal that was restored from a copy', () => {
    const first = openTestJournal(folder.path, { clock });
    EventTable.open(first, silentLogger);
    first.append([entry(1, 'opened'), entry(1, 'closed'), entry(2, 'opened')]);
    first.close();
    const copy = join(folder.path, 'backup.db');
    cpSync(journalPath(folder.path), copy);
    const second = openTestJournal(folder.path, { clock });
    second.append([entry(3, 'opened')]);
    second.close();
    cpSync(copy, journalPath(folder.path));
    const journal = openTestJournal(folder.path, { clock });
    EventTable.open(journal, silentLogger);
    expect(journal.epoch).not.toBe(first.epoch);
    const events = new EventReader(journal.database).list(ALL - 1);
    expect(events).toEqual(fromRecords(journal));
    expect(events.map(({ event, state }) => [event, state])).toEqual([
      [id(2), 'open'],
      [id(1), 'closed'],
    ]);
    journal.close();
  });
});

test('a reader of its own lists events also where the table lags behind the records, and changes no file', () => {
  const journal = openTestJournal(folder.path, { clock });
  journal.append([entry(1, 'opened'), entry(2, 'opened'), entry(1, 'closed')]);
  const reader = openEventReader(journalPath(folder.path));
  expect(reader.list(9)).toEqual(fromRecords(journal));
  expect(reader.list(9, { state: 'open' }).map(({ event }) => event)).toEqual([id(2)]);
  reader.close();
  expect(journal.database.prepare('SELECT count(*) FROM event_summary').pluck().get()).toBe(0);
  journal.close();
});
