import { writeFile } from 'node:fs/promises';
import sharp from 'sharp';
import { describe, expect, it } from 'vitest';
import { type TempDir, tempDir } from '../../../tests/support/temp-dir.ts';
import { systemClock } from '@lineside/kit';
import { cameraStill } from './camera-still.ts';
import { Context } from './context.ts';

const LEFT_HALF = [
  [0, 0],
  [0.5, 0],
  [0.5, 1],
  [0, 1],
];

/** What commands get of a configuration whose only camera shows red. */
async function contextOf(dir: TempDir, privacy: object | undefined): Promise<Context> {
  const config = {
    device: 'line-1',
    cameras: [
      {
        ...{ id: 'belt', url: 'lavfi:color=c=red:s=320x180:rate=5', models: ['people'] },
        ...(privacy && { privacy }),
      },
    ],
    models: [{ id: 'people', ref: './people' }],
  };
  await writeFile(dir.join('lineside.yaml'), JSON.stringify(config));
  const io = {
    ...{ cwd: dir.path, env: {}, clock: systemClock, random: Math.random, signal: new AbortController().signal },
    ...{ out: () => undefined, err: () => undefined, isTerminal: false },
  };
  return new Context(io, { data: dir.join('data') });
}

/** The mean colour of a part of a picture, from fractions of its width. */
async function colour(jpeg: Uint8Array, from: number, to: number): Promise<readonly number[]> {
  const { width, height } = await sharp(jpeg).metadata();
  const part = { left: Math.round(from * width), top: 0, width: Math.round((to - from) * width), height };
  // The figures are those of a whole picture, whatever is cut out of it on the way.
  const cut = await sharp(jpeg).extract(part).png().toBuffer();
  const { channels } = await sharp(cut).stats();
  return channels.map(({ mean }) => Math.round(mean));
}

describe('the still that zones are drawn on', () => {
  it('shows what the camera shows where it has no privacy', async () => {
    await using dir = await tempDir();
    const { jpeg, width, height } = await cameraStill(await contextOf(dir, undefined), 'belt');
    expect([width, height]).toEqual([320, 180]);
    const [red = 0, green = 255, blue = 255] = await colour(jpeg, 0, 1);
    expect([red > 200, green < 60, blue < 60]).toEqual([true, true, true]);
  });

  it('with masks alone comes from the camera, with the masks filled with one grey and nothing else changed', async () => {
    await using dir = await tempDir();
    const { jpeg } = await cameraStill(await contextOf(dir, { masks: [LEFT_HALF] }), 'belt');
    // Without the edge of the mask, where JPEG mixes both.
    const [red = 0, green = 0, blue = 0] = await colour(jpeg, 0, 0.45);
    expect(Math.max(red, green, blue) - Math.min(red, green, blue)).toBeLessThan(8);
    const [right = 0, beside = 255] = await colour(jpeg, 0.55, 1);
    expect([right > 200, beside < 60]).toEqual([true, true]);
  });

  it('is refused where people are covered and no service has a covered picture', async () => {
    await using dir = await tempDir();
    const context = await contextOf(dir, { masks: [LEFT_HALF], blur: 'heads', model: 'people' });
    await expect(cameraStill(context, 'belt')).rejects.toMatchObject({ code: 'privacy_on' });
  });
});
