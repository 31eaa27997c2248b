import { systemClock } from '@lineside/kit';
import { expect, it } from 'vitest';
import { checkedBatch } from '../../../../tests/support/checked-batch.ts';
import { collectorHere } from '../../../../tests/support/collector.ts';
import { eventBody, JournalTwin } from '../../../../tests/support/journal-twin.ts';
import { runHere } from '../../../../tests/support/lineside.ts';
import { tempDir } from '../../../../tests/support/temp-dir.ts';
import { SqliteStore } from '../store/index.ts';

const HOUR_MS = 3_600_000;

it('events of a time and a severity are listed, also when newer ones would fill the limit', async () => {
  await using dir = await tempDir('collector-events-');
  const nowMs = systemClock.wallMs();
  const journal = new JournalTwin('line-1');
  journal.append('event', eventBody({ label: 'long_ago', severity: 'critical' }), nowMs - 30 * HOUR_MS);
  journal.append('event', eventBody({ label: 'night', severity: 'critical' }), nowMs - 12 * HOUR_MS);
  journal.append('event', eventBody({ label: 'night_too' }), nowMs - 11 * HOUR_MS);
  for (let i = 0; i < 5; i += 1) journal.append('event', eventBody({ label: 'now' }), nowMs - 60_000);
  const store = SqliteStore.open(dir.path);
  await store.batches.commit([checkedBatch(journal.batch())], nowMs);
  await store.close();
  const labels = async (...options: readonly string[]): Promise<readonly string[]> => {
    const { code, stdout, stderr } = await collectorHere('events', 'list', '--json', '--data', dir.path, ...options);
    expect([code, stderr]).toEqual([0, '']);
    const lines = stdout.split('\n').filter((line) => line !== '');
    return lines.map((line) => (JSON.parse(line) as { label: string }).label);
  };
  expect(await labels('--severity', 'critical', '--limit', '2')).toEqual(['night', 'long_ago']);
  expect(await labels('--until', '8h', '--limit', '2')).toEqual(['night_too', 'night']);
  expect(await labels('--since', '1d', '--until', '8h', '--severity', 'critical')).toEqual(['night']);
  expect(await labels('--since', '1.5h')).toEqual(['now', 'now', 'now', 'now', 'now']);
});

it.each([
  ['--since', 'yesterday'],
  ['--until', '8'],
  ['--severity', 'grave'],
])('%s %s is refused with the words of the device', async (option, value) => {
  await using dir = await tempDir('collector-events-');
  const there = await collectorHere('events', 'list', option, value, '--data', dir.path);
  const here = await runHere(['events', 'list', option, value, '--data', dir.path]);
  expect([there.code, there.stdout]).toEqual([2, '']);
  expect(there.stderr).toBe(here.stderr.replaceAll('lineside events', 'lineside-collector events'));
  expect(there.stderr).toContain(value);
});

it('the options are named and explained as on the device', async () => {
  const optionsIn = ({ stdout }: { readonly stdout: string }): readonly string[] => {
    const words = stdout.replaceAll(/\s+/g, ' ');
    return [
      ...(/--severity <severity> .*?\)/.exec(words) ?? []),
      ...(/--since <duration> .*?7d/.exec(words) ?? []),
      ...(/--until <duration> .*?2h/.exec(words) ?? []),
    ];
  };
  const there = optionsIn(await collectorHere('events', 'list', '--help'));
  expect(there).toHaveLength(3);
  expect(there).toEqual(optionsIn(await runHere(['events', 'list', '--help'])));
});
