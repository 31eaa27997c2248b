import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { type Line, parseLine } from '../../scripts/twin/src/scenes/index.ts';

const PLANT = fileURLToPath(new URL('../../scripts/twin/plant.yaml', import.meta.url));
/** Of pictures that are only drawn for the truth in them: the time that it takes rises with the pixels. */
const SMALL = { width: 320, height: 180 };
/** Of pictures that a model sees. */
export const FILMED = { width: 640, height: 360 };
/** As the demonstration inspects its product camera. */
const FPS = 5;

/** The twin's plant, with stops and jams a few times and defects ten times as often, so that an hour has enough of each. */
export function plantWithStops(seed: number, size = SMALL): Line {
  const text = readFileSync(PLANT, 'utf8')
    .replaceAll(/perHour: [\d.]+/g, 'perHour: 12')
    .replace('crack: 0.004', 'crack: 0.03')
    .replace('missing_cap: 0.002', 'missing_cap: 0.02');
  return { ...parseLine(text, PLANT), seed, size, fps: FPS };
}

/** A belt that never stands, with as many bottles and defects. */
export function steadyBelt(seed: number, size = SMALL): Line {
  const text = `seed: ${seed}
size: {width: ${size.width}, height: ${size.height}}
fps: ${FPS}
periodSeconds: 600
cameras: [{id: product, scene: product, bottlesPerMinute: 46, secondsInView: 6, defectRate: 0.06}]
`;
  return parseLine(text, 'steady belt');
}
