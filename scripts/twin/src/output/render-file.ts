import { writeFile } from 'node:fs/promises';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { Encoder } from './encoder.ts';
import { type Line, Scene } from '../scenes/index.ts';

export interface RenderOptions {
  readonly line: Line;
  readonly cameraId: string;
  readonly seconds: number;
  readonly out: string;
  /** Where the ground truth goes, if anywhere. */
  readonly truth: string | undefined;
  /** Encodes as live cameras do: a third less CPU time, a larger file. */
  readonly fast?: boolean;
}

/**
 * Writes frames 0 .. seconds x fps - 1 as a video of constant rate. The truth file is
 * `{camera, fps, width, height, incidents, events, frames: [{frame, seconds, boxes}]}`. Throws LineError and EncoderError.
 */
export async function renderFile(
  options: RenderOptions,
  signal: AbortSignal,
  progress: (fraction: number) => void,
): Promise<void> {
  const scene = new Scene(options.line, options.cameraId);
  const { fps, width, height } = scene;
  const encoder = Encoder.toFile(scene, options.out, signal, options.fast);
  const count = Math.round(options.seconds * fps);
  // The encoder takes one frame while the next is drawn.
  const buffers = [Buffer.alloc(scene.frameBytes), Buffer.alloc(scene.frameBytes)] as const;
  let taken: Promise<void> | undefined;
  const frames = [];
  for (let n = 0; n < count; n += 1) {
    const frame = buffers[(n % 2) as 0 | 1];
    scene.render(n, frame);
    if (options.truth !== undefined) frames.push({ frame: n, seconds: n / fps, boxes: scene.truth(n) });
    await taken;
    taken = encoder.write(frame);
    // Awaited in the next round; a failure before that must not count as unhandled.
    taken.catch(() => undefined);
    // Lets the pipe be written while the next frame is drawn.
    await nextTurn();
    if (n % 50 === 0) progress(n / count);
  }
  await taken;
  await encoder.finish();
  if (options.truth !== undefined) {
    const incidents = scene.incidents(0, count / fps);
    const truth = {
      camera: options.cameraId,
      fps,
      width,
      height,
      incidents,
      events: scene.events(0, count / fps),
      frames,
    };
    await writeFile(options.truth, `${JSON.stringify(truth)}\n`);
  }
  progress(1);
}
