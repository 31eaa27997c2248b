import { spawnSync } from 'node:child_process';
import { describe, expect, it } from 'vitest';
import type { PictureProblem } from '../domain/index.ts';
import { pictureFigures } from './picture-figures.ts';
import { PictureHealth } from './picture-health.ts';

const SIZE = { width: 320, height: 180 };
const BYTES = SIZE.width * SIZE.height * 3;

/** Frames of a scene with noise, one a second, after these filters. */
function scene(filters: string, frames: number, source = 'testsrc2'): readonly Buffer[] {
  const input = `${source}${source.includes('=') ? ':' : '='}size=${SIZE.width}x${SIZE.height}:rate=1:duration=${frames}`;
  const args = [
    '-loglevel',
    'error',
    '-f',
    'lavfi',
    '-i',
    input,
    '-vf',
    filters,
    '-f',
    'rawvideo',
    '-pix_fmt',
    'rgb24',
  ];
  const { stdout } = spawnSync('ffmpeg', [...args, 'pipe:1'], { maxBuffer: 1 << 28 });
  return Array.from({ length: frames }, (_, n) => stdout.subarray(n * BYTES, (n + 1) * BYTES));
}

const NOISE = 'noise=alls=4:allf=t';

/** Problems after each second of these pictures. */
function judged(...parts: readonly (readonly Buffer[])[]): readonly (readonly PictureProblem[])[] {
  const health = new PictureHealth();
  return parts.flat().map((pixels, n) => health.judge(pictureFigures({ pixels, size: SIZE }), n * 1_000));
}

describe('the health of a picture', () => {
  it.each([
    ['dark', 'lutrgb=r=val*0.05:g=val*0.05:b=val*0.05'],
    ['overexposed', 'lutrgb=r=val+252:g=val+252:b=val+252'],
    ['covered', 'drawbox=c=0x705040:t=fill'],
    ['blurred', 'gblur=sigma=6'],
  ])('reports a picture that becomes %s, once it lasts, and takes it back when it is over', (problem, filter) => {
    const good = scene(NOISE, 90);
    const bad = scene(`${filter},noise=alls=1:allf=t`, 40);
    const after = judged(good, bad, good.slice(0, 20));
    expect(after.slice(0, 105).flat()).toEqual([]);
    expect(after[125]).toEqual([problem]);
    expect(after.at(-1)).toEqual([]);
  });

  it('reports a picture that is equal to the last bit for half a minute, and not one that only stands still', () => {
    const [still] = scene('null', 1);
    const frozen = judged(Array.from({ length: 40 }, () => still!));
    expect([frozen[25], frozen[35]]).toEqual([[], ['frozen']]);
    expect(judged(scene(`loop=-1:1,${NOISE}`, 60, 'smptebars')).flat()).toEqual([]);
  });

  it('has nothing against scenes of many kinds', () => {
    for (const source of ['testsrc2', 'smptehdbars', 'yuvtestsrc', 'gradients']) {
      expect([source, judged(scene(NOISE, 45, source)).flat()]).toEqual([source, []]);
    }
  });
});
