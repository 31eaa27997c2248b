import { spawnSync } from 'node:child_process';
import { describe, expect, it } from 'vitest';
import { type CameraReference, HEALTH_DEFAULTS, type PictureProblem } from '../../domain/index.ts';
import { packedLuma } from './luma.ts';
import { pictureFigures } from './picture-figures.ts';
import { PictureHealth } from './picture-health.ts';
import { viewOf } from './view.ts';

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

/** A white block of a sixth of the width, elsewhere in each picture. */
function withWalker(pixels: Buffer, n: number): Buffer {
  const walked = Buffer.from(pixels);
  const left = (n * 23) % (SIZE.width - 50);
  for (let row = 40; row < 160; row += 1) {
    const at = (row * SIZE.width + left) * 3;
    walked.fill(240, at, at + 50 * 3);
  }
  return walked;
}

const NOISE = 'noise=alls=4:allf=t';

const figuresOf = (pixels: Buffer) => pictureFigures(packedLuma(pixels, SIZE), SIZE);

/** Problems after each second of these pictures. */
function judged(...parts: readonly (readonly Buffer[])[]): readonly (readonly PictureProblem[])[] {
  const health = new PictureHealth();
  return parts
    .flat()
    .map((pixels, n) => health.judge(figuresOf(pixels), viewOf(packedLuma(pixels, SIZE), SIZE), n * 1_000));
}

/** The reference of a camera that showed these pictures. */
function accepted(pictures: readonly Buffer[], hidden?: readonly boolean[]): CameraReference {
  const health = new PictureHealth(HEALTH_DEFAULTS, hidden);
  const figures = pictures.map((pixels, n) => {
    const taken = figuresOf(pixels);
    health.judge(taken, viewOf(packedLuma(pixels, SIZE), SIZE), n * 1_000);
    return taken;
  });
  const { luma, contrast, sharpness } = figures.at(-1)!;
  const view = health.measured();
  if (view === undefined) throw new Error('the view is not known');
  return { v: 1, acceptedAtMs: 0, measuredMs: 0, ...view, luma, contrast, sharpness };
}

/** Problems after each of these pictures of a camera with this reference. */
function compared(
  reference: CameraReference,
  pictures: readonly Buffer[],
  hidden?: readonly boolean[],
): readonly (readonly PictureProblem[])[] {
  const health = new PictureHealth(HEALTH_DEFAULTS, hidden);
  health.use(reference);
  return pictures.map((pixels, n) =>
    health.judge(figuresOf(pixels), viewOf(packedLuma(pixels, SIZE), SIZE), n * 1_000),
  );
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

  it.each([
    ['shifted by a twentieth', 'crop=304:180:16:0,scale=320:180'],
    ['turned by five degrees', 'rotate=5*PI/180'],
    ['zoomed', 'crop=240:135:40:22,scale=320:180'],
    ['another scene', 'hflip'],
  ])('reports a camera that has moved: %s', (_what, filter) => {
    const reference = accepted(scene(NOISE, 40, 'smptehdbars'));
    expect(compared(reference, scene(`${filter},${NOISE}`, 70, 'smptehdbars')).at(-1)).toContain('moved');
  });

  it('does not take darker light, a moving object or other noise for a move', () => {
    const still = accepted(scene(NOISE, 40, 'smptehdbars'));
    const dimmed = 'lutrgb=r=val*0.5:g=val*0.5:b=val*0.5';
    for (const filter of [NOISE, `${dimmed},${NOISE}`, 'noise=alls=10:allf=t']) {
      expect([filter, compared(still, scene(filter, 70, 'smptehdbars')).flat()]).toEqual([filter, []]);
    }
    expect(compared(still, scene(NOISE, 70, 'smptehdbars').map(withWalker)).flat()).toEqual([]);
  });

  it('takes the edges of a mask for nothing that stays, so that a move beside it is seen', () => {
    // Most of the picture is one grey area.
    const masked = (filters: string): readonly Buffer[] =>
      scene(`${filters},drawbox=x=0:y=0:w=240:h=180:c=0x5d5d5d:t=fill`, 70, 'smptehdbars');
    const hidden = Array.from({ length: 96 * 54 }, (_, cell) => cell % 96 < 72);
    const reference = accepted(masked(NOISE).slice(0, 40), hidden);
    expect(compared(reference, masked(NOISE), hidden).flat()).toEqual([]);
    expect(compared(reference, masked(`hflip,${NOISE}`), hidden).at(-1)).toContain('moved');
  });

  it('knows no view of a picture that may not be seen', () => {
    const health = new PictureHealth();
    for (const [n, pixels] of scene(NOISE, 40).entries()) health.judge(figuresOf(pixels), undefined, n * 1_000);
    expect(health.measured()).toBeUndefined();
  });

  it('reports a picture that is blurred from the start, where the camera was accepted when it was sharp', () => {
    const reference = accepted(scene(NOISE, 40));
    expect(compared(reference, scene('gblur=sigma=6,noise=alls=1:allf=t', 40)).at(-1)).toEqual(['blurred']);
  });
});
