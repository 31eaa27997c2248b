import { expect, it } from 'vitest';
import { oldFfmpeg } from './ffmpeg-check.ts';

it.each(['3.4.11-0ubuntu0.1', '4.2.7-0ubuntu0.1', 'n4.3.2', '2.8'])('FFmpeg %s is reported as too old', (version) => {
  expect(oldFfmpeg(version)).toMatchObject({ verdict: 'failure', code: 'ffmpeg_too_old' });
  expect(oldFfmpeg(version)?.message).toContain(version);
});

it.each(['4.4.2-0ubuntu', 'n4.4', '5.1.6', '10.0', 'N-109468-gd39b34123d', 'unknown'])(
  'FFmpeg %s is not reported as too old',
  (version) => {
    expect(oldFfmpeg(version)).toBeUndefined();
  },
);
