import { mkdirSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { silentLogger } from '@lineside/kit';
import { expect, test } from 'vitest';
import { tempDir } from '../../../tests/support/temp-dir.ts';
import { JournalAlarms } from '../journal/index.ts';
import { EvidenceWatch } from './index.ts';

test('a folder of pictures that cannot be written to is an alarm, which ends when it can, and nothing is left in it', async () => {
  await using dir = await tempDir();
  const alarms = new JournalAlarms(silentLogger, () => 0);
  const watch = new EvidenceWatch(dir.join('evidence'), alarms);
  writeFileSync(dir.join('evidence'), 'a file where a folder should be');
  watch.round();
  expect(alarms.list().map(({ code }) => code)).toEqual(['evidence_unwritable']);
  rmSync(dir.join('evidence'));
  mkdirSync(dir.join('evidence'));
  watch.round();
  expect(alarms.list()).toEqual([]);
  expect(readdirSync(dir.join('evidence'))).toEqual([]);
});
