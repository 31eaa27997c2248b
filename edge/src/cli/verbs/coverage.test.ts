import { writeFile } from 'node:fs/promises';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { counterBody } from '../../../../tests/support/journal-twin.ts';
import { runHere } from '../../../../tests/support/lineside.ts';
import { type TempDir, tempDir } from '../../../../tests/support/temp-dir.ts';
import { HandClock, openTestJournal } from '../../../../tests/support/test-journal.ts';
import { EXIT } from '../exit.ts';

const MINUTE = 60_000;
/** 01:00 in Berlin on the night on which the clock is put forward an hour later. */
const START = Date.UTC(2026, 2, 29, 0);

let folder: TempDir;
let config: string;

async function run(...words: readonly string[]): Promise<{ code: number; out: string; err: string }> {
  const { code, stdout, stderr } = await runHere(['coverage', '--data', folder.path, '--config', config, ...words]);
  return { code, out: stdout.trimEnd(), err: stderr };
}

/** Counters of camera `belt` for three hours: inspected, then refused from minute 60 to 72, then off for 20 minutes. */
function writeRecords(): void {
  const clock = new HandClock();
  clock.setWall(START);
  const synced = (): boolean => true;
  let journal = openTestJournal(folder.path, { clock, synced });
  let inspected = 0;
  const count = (state: string): void => {
    const counters = { offered: inspected, inspected, skipped: {}, failed: {} };
    journal.append([{ stream: 'telemetry', kind: 'counters', body: counterBody({ counters, state }) }]);
  };
  for (let minute = 0; minute <= 180; minute += 1) {
    const isOff = minute > 100 && minute < 120;
    if (minute === 120) {
      journal.close();
      journal = openTestJournal(folder.path, { clock, synced, boot: 'boot-2' });
      inspected = 0;
    }
    if (!isOff) {
      const isLost = minute > 60 && minute <= 72;
      if (!isLost) inspected += 300;
      count(isLost ? 'failed:unreachable' : 'streaming');
    }
    clock.advance(MINUTE);
  }
  journal.close();
}

beforeEach(async () => {
  folder = await tempDir();
  config = folder.join('lineside.yaml');
  const shifts = 'shifts: {timeZone: Europe/Berlin, list: [{name: Night, start: "22:00", end: "06:00"}]}';
  await writeFile(config, `device: line-1\n${shifts}\n`);
  writeRecords();
});
afterEach(async () => folder[Symbol.asyncDispose]());

describe('lineside coverage', () => {
  it('answers whether the check was running at a minute, in the time of the line, from the journal alone', async () => {
    const good = await run('--at', '2026-03-29T01:30');
    expect(good.out).toMatch(/^belt\n {2}29 Mar 2026, 01:30 to 01:31 \S+: 100 % inspected$/);
    expect(good.code).toBe(EXIT.ok);
    const lost = await run('--at', '2026-03-29T03:05');
    expect(lost.out).toContain('0 % inspected; 1 min not inspected: the camera cannot be reached');
    expect(lost.code).toBe(EXIT.notInspecting);
    const off = await run('--at', '2026-03-29T03:50');
    expect(off.out).toContain('1 min not inspected: the device was off, or Lineside was not running');
    const before = await run('--at', '2026-03-28T23:00');
    expect(before.out).toContain('1 min unknown: no record of this time');
    expect(before.code).toBe(EXIT.notInspecting);
    const outside = await run('--at', '2026-03-28T12:00');
    expect(outside.out).toContain('nothing to inspect for 1 min: outside of every shift');
    expect(outside.code).toBe(EXIT.ok);
  });

  it('sums a shift over the change of the clock, which has seven hours, with every reason', async () => {
    const { out, code } = await run(
      '--from',
      '2026-03-29T00:30',
      '--to',
      '2026-03-29T06:30',
      '--by',
      'shift',
      '--json',
    );
    const { timeZone, cameras } = JSON.parse(out) as {
      timeZone: string;
      cameras: { parts: Record<string, unknown>[] }[];
    };
    expect(timeZone).toBe('Europe/Berlin');
    expect(cameras[0]?.parts).toMatchObject([
      {
        name: 'Night',
        fromAtMs: Date.UTC(2026, 2, 28, 21),
        toAtMs: Date.UTC(2026, 2, 29, 4),
        inspectedMs: 148 * MINUTE,
        blindMs: 32 * MINUTE,
        unknownMs: (7 * 60 - 180) * MINUTE,
      },
    ]);
    expect(cameras[0]?.parts[0]?.['reasons']).toMatchObject([
      { reason: 'no_record' },
      { reason: 'device_off', ms: 20 * MINUTE },
      { reason: 'camera_unreachable', ms: 12 * MINUTE },
    ]);
    expect(code).toBe(EXIT.degraded);
  });

  it('divides a day into its 23 hours, and refuses words that name no time', async () => {
    const { out } = await run('--date', '2026-03-29', '--by', 'hour', '--json');
    expect((JSON.parse(out) as { cameras: { parts: object[] }[] }).cameras[0]?.parts).toHaveLength(23);
    const refused = await run('--at', 'half past two');
    expect(refused.code).toBe(EXIT.badInput);
    expect(refused.err).toContain('write a time such as 02:14');
  });
});
