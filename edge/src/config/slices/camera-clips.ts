import { z } from 'zod';
import { EVENT_KINDS, type EventKind } from '@lineside/protocol/vocabulary';
import { duration, key, size } from '../../fields/index.ts';

const KINDS = Object.keys(EVENT_KINDS) as EventKind[];

/** Video of events. */
export const Clips = z.strictObject({
  before: duration()
    .prefault('5s')
    .meta(
      key({
        description:
          'Time before the event that the clip shows. It begins with a key frame, so it is longer by up to the key frame interval of the camera.',
        unit: 'duration',
        restart: 'camera',
        example: '5s',
      }),
    ),
  after: duration()
    .prefault('5s')
    .meta(
      key({
        description: 'Time after the event that the clip shows.',
        unit: 'duration',
        restart: 'camera',
        example: '5s',
      }),
    ),
  kinds: z
    .array(z.enum(KINDS))
    .min(1)
    .default(KINDS)
    .meta(key({ description: 'Kinds of events that get a clip.', restart: 'camera', example: ['quality_issue'] })),
  memory: size()
    .prefault('8MB')
    .meta(
      key({
        description:
          'Memory for the newest video of the camera, from which clips are cut; a clip is no larger either. A stream of 4 Mbit/s needs 0.5 MB per second. Nothing is written to the disk before an event.',
        unit: 'size',
        restart: 'camera',
        example: '8MB',
      }),
    ),
});
