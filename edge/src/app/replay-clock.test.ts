import { afterAll, beforeAll, expect, it } from 'vitest';
import { runProcess } from '../../../tests/support/processes.ts';
import { type TempDir, tempDir } from '../../../tests/support/temp-dir.ts';
import { checkConfig } from '../config/index.ts';
import { replayStart } from './replay-clock.ts';

const { config } = checkConfig(
  '{device: d, cameras: [{id: belt, url: "rtsp://h/1", models: [defect]}], shifts: {timeZone: Europe/Berlin}}',
  { catalog: ['defect'], env: {}, path: '/line.yaml' },
);
const BLACK = 'color=c=black:s=64x64:r=5:d=1';
let dir: TempDir;

beforeAll(async () => {
  dir = await tempDir();
  for (const [file, time] of [
    ['dated.mp4', '2026-02-23T10:00:00Z'],
    ['undated.mkv', undefined],
    ['old.mp4', '1970-01-01T00:00:00Z'],
  ] as const) {
    const tag = time === undefined ? [] : ['-metadata', `creation_time=${time}`];
    const args = ['-loglevel', 'error', '-f', 'lavfi', '-i', BLACK, ...tag, dir.join(file)];
    expect(await runProcess('ffmpeg', args)).toMatchObject({ code: 0 });
  }
});
afterAll(() => dir[Symbol.asyncDispose]());

const startOf = (clock: string | undefined, file = 'dated.mp4') =>
  replayStart(
    { clock, recordings: [{ camera: 'belt', path: dir.join(file) }], signal: new AbortController().signal },
    { config },
  );

it('A replay begins at the time that is given, by the clock of the line, or at that of its first video', async () => {
  expect(await startOf(undefined)).toBeUndefined();
  expect(await startOf('2026-02-23T10:00')).toBe(Date.UTC(2026, 1, 23, 9));
  expect(await startOf('2026-02-23T10:00Z')).toBe(Date.UTC(2026, 1, 23, 10));
  expect(await startOf('recording')).toBe(Date.UTC(2026, 1, 23, 10));
});

it('A time that is none, and a video that does not say when it was made, are refused with what to write', async () => {
  await expect(startOf('yesterday')).rejects.toMatchObject({ code: 'clock_unreadable' });
  for (const file of ['undated.mkv', 'old.mp4', 'missing.mp4']) {
    await expect(startOf('recording', file)).rejects.toMatchObject({
      code: 'recording_undated',
      advice: expect.stringContaining('--clock') as string,
    });
  }
});
