import { join } from 'node:path';
import { brightBlobDetector, writeTinyBundle } from './tiny-onnx.ts';

const SIZE = 128;

/** A camera in which a light goes on for `onSeconds` of every `periodSeconds`: an event each time, for next to no work. */
export function blinking(periodSeconds: number, onSeconds: number): string {
  const light = `drawbox=x=0:y=0:w=64:h=64:c=white:t=fill:enable='lt(mod(t,${periodSeconds}),${onSeconds})'`;
  return `lavfi:color=c=black:s=${SIZE}x${SIZE}:r=10,${light}`;
}

/** Writes the model that sees the light; gives its entry in a configuration that lies in `folder`. */
export async function brightModel(
  folder: string,
  id = 'bright',
): Promise<{ readonly id: string; readonly ref: string }> {
  const model = brightBlobDetector({ size: SIZE, cell: 64, boxSize: 48, from: 64 });
  await writeTinyBundle(join(folder, id), model, { id, size: SIZE, labels: ['defect'] });
  return { id, ref: `./${id}` };
}

/** The rule that makes an event of the light in `camera`. */
export function brightRule(camera: string): object {
  return { id: `light-${camera}`, type: 'product_defect', camera, model: 'bright', labels: ['defect'] };
}
