import type { CameraDeclaration } from '@lineside/twin';

/** How a line or its camera differs from the ordinary one. */
export interface Condition {
  readonly id: string;
  readonly what: string;
  readonly camera?: (camera: CameraDeclaration) => CameraDeclaration;
}

/** Those of light and camera are the twin's; styles are those that no model is trained on. */
export const CONDITIONS: readonly Condition[] = [
  { id: 'ordinary', what: 'the line as it is, with a seed that no model was trained on' },
  styled('sketch', 'drawn as in pencil: grey, hatched, wavering outlines'),
  styled('gloss', 'drawn as shiny plastic: hard light, strong colours, slender shapes'),
  styled('fabric', 'drawn as woven: textured, light outlines, warm'),
  styled('cctv', 'an old camera: faded, noisy, blocky, dark in the corners'),
  lit('dark', 'less than half of the light, and the noise of a camera that amplifies'),
  lit('noisy', 'a noisy sensor'),
  lit('blurred', 'a lens out of focus'),
  lit('low_bitrate', 'a stream of low bit rate, with blocks'),
  { id: 'crowded', what: 'three times as many people who have nothing to do with it', camera: crowded },
  { id: 'fast', what: 'twice as many products a minute at twice the speed', camera: faster },
  {
    id: 'motion_blur',
    what: 'a shutter that is open for 40 ms, so that what moves is blurred',
    camera: (camera) => ({ ...camera, exposureMs: 40 }),
  },
  { id: 'good_signals', what: 'signals of the plant that are good and come at once' },
  { id: 'scale_drift', what: 'a scale that drifts by 0.1 g an hour, with an error of 0.8 g' },
  { id: 'bad_signals', what: 'one reading in fifty is bad, and nothing arrives for 20 s of each ten minutes' },
];

function styled(style: NonNullable<CameraDeclaration['style']>, what: string): Condition {
  return { id: style, what, camera: (camera) => ({ ...camera, style }) };
}

function lit(condition: NonNullable<CameraDeclaration['conditions']>[number], what: string): Condition {
  return { id: condition, what, camera: (camera) => ({ ...camera, conditions: [condition] }) };
}

function crowded(camera: CameraDeclaration): CameraDeclaration {
  if (camera.scene === 'people') return { ...camera, visitsPerMinute: camera.visitsPerMinute * 3 + 3 };
  if (camera.scene === 'floor') return { ...camera, passersPerMinute: camera.passersPerMinute * 3 };
  return camera;
}

function faster(camera: CameraDeclaration): CameraDeclaration {
  if (camera.scene !== 'product') return camera;
  return { ...camera, bottlesPerMinute: camera.bottlesPerMinute * 2, secondsInView: camera.secondsInView / 2 };
}

/** Throws RangeError for a condition that there is not. */
export function conditionOf(id: string): Condition {
  const found = CONDITIONS.find((condition) => condition.id === id);
  if (found === undefined) throw new RangeError(`there is no condition ${id}`);
  return found;
}
