import { join } from 'node:path';
import { brightProductDetector, writeTinyBundle } from './tiny-onnx.ts';

const SIZE = 256;
const CELL = 32;
const STEPS = SIZE / CELL;
const STEP_S = 0.5;
/** Then the belt is empty for a second. */
const PERIOD_S = STEPS * STEP_S + 1;
const GREY = 'gray';

/**
 * A belt on which a product goes from left to right in five seconds, in steps that the boxes of its model follow; every
 * second one is bright, which is a defect.
 */
export function products(): string {
  const boxes = Array.from({ length: STEPS }, (_, step) => {
    const from = step * STEP_S;
    const isHere = `between(mod(t,${PERIOD_S}),${from},${from + STEP_S - 0.01})`;
    const isSecond = `mod(floor(t/${PERIOD_S}),2)`;
    const box = (colour: string, when: string): string =>
      `drawbox=x=${step * CELL}:y=${3 * CELL}:w=${CELL}:h=${CELL}:c=${colour}:t=fill:enable='${when}'`;
    return [box(GREY, `${isHere}*(1-${isSecond})`), box('white', `${isHere}*${isSecond}`)];
  });
  return `lavfi:color=c=black:s=${SIZE}x${SIZE}:r=10,${boxes.flat().join(',')}`;
}

/** Writes the model that sees them; gives its entry in a configuration that lies in `folder`. */
export async function productModel(folder: string): Promise<{ readonly id: string; readonly ref: string }> {
  const model = brightProductDetector({ size: SIZE, cell: CELL, boxSize: 3 * CELL, product: 64, defect: 200 });
  await writeTinyBundle(join(folder, 'products'), model, {
    ...{ id: 'products', size: SIZE, labels: ['product', 'defect'] },
  });
  return { id: 'products', ref: './products' };
}

/** The rule that judges them. Few votes, so that a busy machine judges them too. */
export function productRule(camera: string): object {
  return {
    ...{ id: 'defects', type: 'product_defect', camera, model: 'products', labels: ['defect'] },
    ...{ minSightings: 2, minFraction: 0.2 },
  };
}
