import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { expect, test } from 'vitest';
import { journalPath, verifyJournal } from '../../edge/src/journal/index.ts';
import { FROM_SOURCE, NODE, startProcess } from '../support/processes.ts';
import { tempDir } from '../support/temp-dir.ts';
import { openTestJournal } from '../support/test-journal.ts';
import { waitFor } from '../support/wait-for.ts';

const CHILD = join(import.meta.dirname, '../support/append-for-ever.ts');
const KILLS = 5;

test('after every kill -9 the journal opens, holds all that was promised without a hole, and its chain fits', async () => {
  await using folder = await tempDir();
  let promised = 0;
  for (let kill = 0; kill < KILLS; kill += 1) {
    await using child = await startProcess(NODE, [...FROM_SOURCE, CHILD, folder.path]);
    await child.waitForLine(/^events \d+/);
    expect(() => openTestJournal(folder.path)).toThrow(expect.objectContaining({ code: 'journal_locked' }));
    const seen = child.stdout.length;
    await waitFor('more to be promised', () => child.stdout.length > seen);
    await sleep(Math.random() * 150);
    await child.killHard();

    const last = (stream: string): number =>
      Math.max(0, ...[...child.stdout.matchAll(new RegExp(`^${stream} (\\d+)\\n`, 'gm'))].map((m) => Number(m[1])));
    const journal = openTestJournal(folder.path);
    const { events, telemetry } = journal.stats();
    // The transaction in flight may have been kept too, before its number could be printed.
    expect(events.next - 1).toBeGreaterThanOrEqual(last('events'));
    expect(events.next - 1).toBeLessThanOrEqual(last('events') + 1);
    expect(telemetry.next - 1).toBeGreaterThanOrEqual(last('telemetry'));
    journal.close();
    const verdict = verifyJournal(journalPath(folder.path));
    expect(verdict.findings).toEqual([]);
    expect(verdict.streams.find(({ stream }) => stream === 'events')?.checked).toBe(events.next - 1);
    expect(events.next - 1).toBeGreaterThan(promised);
    promised = events.next - 1;
  }
});
