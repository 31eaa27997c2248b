import { z } from 'zod';
import { CAMERA_PROBLEMS, HEALTH_DEFAULTS } from '../../domain/index.ts';
import { duration, fraction, key } from '../../fields/index.ts';

const limit = (value: number, description: string) =>
  fraction()
    .default(value)
    .meta(key({ description, unit: 'fraction 0 to 1', restart: 'camera', example: value }));

/** From where on something is a problem of a camera that delivers frames. */
export const CameraHealth = z.strictObject({
  ignore: z
    .array(z.enum(CAMERA_PROBLEMS))
    .default([])
    .meta(
      key({
        description: 'Problems that are not reported for this camera.',
        restart: 'camera',
        example: ['blurred'],
      }),
    ),
  lasts: duration()
    .prefault('20s')
    .meta(
      key({
        description: 'A problem is reported when it has lasted for so long. A frozen picture always takes 30 s.',
        unit: 'duration',
        restart: 'camera',
        example: '20s',
      }),
    ),
  dark: limit(HEALTH_DEFAULTS.dark, '`dark`: at least this fraction of the picture is nearly black.'),
  overexposed: limit(HEALTH_DEFAULTS.overexposed, '`overexposed`: at least this fraction of the picture is white.'),
  blurred: limit(
    HEALTH_DEFAULTS.blurred,
    '`blurred`: the picture has less than this fraction of the sharpness that it had in the last hour, or at commissioning.',
  ),
  moved: limit(
    HEALTH_DEFAULTS.moved,
    '`moved`: the view is like that of commissioning by less than this fraction of what it was then (`lineside camera accept ID`). A view that fits when it is shifted is also reported.',
  ),
  rate: limit(
    HEALTH_DEFAULTS.rate,
    '`low_rate`: the camera sends less than this fraction of the wanted `fps`, or of half of its rate at commissioning where that is more.',
  ),
  bitrate: limit(
    HEALTH_DEFAULTS.bitrate,
    '`low_bitrate`: the camera sends less than this fraction of the bits per second that it sent at commissioning.',
  ),
  keyframeInterval: duration()
    .prefault('10s')
    .meta(
      key({
        description:
          '`keyframe_interval`: the time between two key frames is longer. The first picture after a fault and the beginning of a clip wait for a key frame.',
        unit: 'duration',
        restart: 'camera',
        example: '10s',
      }),
    ),
});
