import { readFile } from 'node:fs/promises';
import { silentLogger, systemClock } from '@lineside/kit';
import sharp from 'sharp';
import { expect, it } from 'vitest';
import { runHere } from '../../../../tests/support/lineside.ts';
import { tempDir } from '../../../../tests/support/temp-dir.ts';
import { openTestJournal } from '../../../../tests/support/test-journal.ts';
import { JournalRecorder } from '../../events/index.ts';
import { embeddedFacts, EvidenceStore, evidenceFolder } from '../../evidence/index.ts';

const EVENT = '01900000-0000-7000-8000-000000000001';

it('the snapshot of an event is written without boxes as it was recorded, and with them on request', async () => {
  await using dir = await tempDir();
  const journal = openTestJournal(dir.path, { clock: systemClock });
  const common = { journal, clock: systemClock, log: silentLogger };
  const evidence = new EvidenceStore({ ...common, folder: evidenceFolder(dir.path), quotaBytes: 1e9 });
  const jpeg = await sharp({ create: { width: 64, height: 32, channels: 3, background: '#808080' } })
    .jpeg()
    .toBuffer();
  await new JournalRecorder({ ...common, evidence }).record(
    {
      ...{ event: EVENT, camera: 'packing', decidedAtMs: systemClock.monoMs() },
      output: {
        ...{ phase: 'opened', key: 'k', rule: 'r', ruleType: 'spill', kind: 'sanitation', severity: 'info' },
        ...{ label: 'spill', durationMs: 0 },
      },
    },
    {
      ...{ jpeg, width: 64, height: 32, index: 3, source: { width: 640, height: 320 }, privacy: 'people' },
      overlays: [{ box: [100, 100, 300, 300], text: 'spill 0.80', colour: 'bad' }],
    },
  );
  journal.close();
  const [plain, drawn] = [dir.join('plain.jpg'), dir.join('drawn.jpg')];
  const ask = ['events', 'snapshot', EVENT.slice(0, 8), '--data', dir.path, '--json', '--out'];
  const { stdout } = await runHere([...ask, drawn]);
  expect(JSON.parse(stdout)).toMatchObject({
    event: EVENT,
    snapshot: drawn,
    boxes: 1,
    privacy: 'people',
    at: expect.any(String),
  });
  expect((await runHere([...ask, plain, '--no-boxes'])).code).toBe(0);
  const bytes = await readFile(plain);
  expect(embeddedFacts(bytes)).toMatchObject({ camera: 'packing', event: EVENT, boxes: [{ text: 'spill 0.80' }] });
  const rangeOf = async (file: Buffer | string): Promise<number> => {
    const { channels } = await sharp(file).stats();
    return Math.max(...channels.map(({ min, max }) => max - min));
  };
  expect(await rangeOf(bytes)).toBeLessThan(4);
  expect(await rangeOf(drawn)).toBeGreaterThan(60);
});
