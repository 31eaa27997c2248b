import { join } from 'node:path';
import { brightBlobDetector, writeTinyBundle } from './tiny-onnx.ts';

const SIZE = 256;
const CELL = 64;
const PERIOD_S = 5;
/** Far enough apart that no light is taken for another one that moved. */
const CORNERS = [
  [0, 0],
  [SIZE - CELL, 0],
  [SIZE - CELL, SIZE - CELL],
  [0, SIZE - CELL],
] as const;

/**
 * A camera in whose corners a light goes on for a second, one after the other: an event every 1.25 s for next to no
 * work. Each corner is dark for longer than a lost object is remembered.
 */
export function blinking(): string {
  const lights = CORNERS.map(([x, y], k) => {
    const phase = (k * PERIOD_S) / CORNERS.length;
    return `drawbox=x=${x}:y=${y}:w=${CELL}:h=${CELL}:c=white:t=fill:enable='lt(mod(t+${phase},${PERIOD_S}),1)'`;
  });
  return `lavfi:color=c=black:s=${SIZE}x${SIZE}:r=10,${lights.join(',')}`;
}

/** Writes the model that sees the light; gives its entry in a configuration that lies in `folder`. */
export async function brightModel(
  folder: string,
  id = 'bright',
): Promise<{ readonly id: string; readonly ref: string }> {
  const model = brightBlobDetector({ size: SIZE, cell: CELL, boxSize: 48, from: 64 });
  await writeTinyBundle(join(folder, id), model, { id, size: SIZE, labels: ['defect'] });
  return { id, ref: `./${id}` };
}

/** The rule that makes an event of the light in `camera`: few votes, so that each flash is one, also on a busy machine. */
export function brightRule(camera: string): object {
  const votes = { minSightings: 2, minFraction: 0.2 };
  return { id: `light-${camera}`, type: 'product_defect', camera, model: 'bright', labels: ['defect'], ...votes };
}
