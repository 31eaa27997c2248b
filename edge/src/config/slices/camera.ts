import { z } from 'zod';
import { EVENT_KINDS, type EventKind } from '@lineside/protocol/vocabulary';
import { duration, fraction, id, key, labels, secret, size } from '../../fields/index.ts';
import { cameraProblem } from '../address.ts';
import { CameraHealth } from './camera-health.ts';

const Zone = z.strictObject({
  id: id().meta(key({ description: 'Name of the zone, unique within its camera.', restart: 'rule', example: 'belt' })),
  polygon: z
    .array(z.tuple([fraction(), fraction()]))
    .min(3)
    .max(64)
    .meta(
      key({
        description:
          'Corners as fractions of the frame: 0,0 is top left, 1,1 is bottom right. A change of resolution does not move the zone. A change restarts the rules that use the zone, and the camera where a model has the zone as its region.',
        unit: 'fractions 0 to 1',
        restart: 'rule',
        example: [
          [0.1, 0.2],
          [0.9, 0.2],
          [0.9, 0.95],
        ],
      }),
    ),
  areaM2: z
    .number()
    .positive()
    .max(1e6)
    .optional()
    .meta(
      key({
        description:
          'Area of the floor that the zone shows, for rules that report areas. What is far away looks smaller, so the areas are estimates.',
        unit: 'square metres',
        restart: 'rule',
        example: 24,
      }),
    ),
});

/** Least fraction of a tile that the next one covers too, where the configuration names none. */
export const TILE_OVERLAP = 0.2;

const Tiles = z.strictObject({
  size: z
    .int()
    .min(32)
    .max(8192)
    .meta(
      key({
        description:
          "Width of a tile in pixels of the camera's frame; its height follows the model's input. With the model's own input width no pixel is scaled.",
        unit: 'pixels',
        restart: 'camera',
        example: 640,
      }),
    ),
  overlap: z
    .number()
    .min(0)
    .max(0.9)
    .default(TILE_OVERLAP)
    .meta(
      key({
        description:
          'Least fraction of a tile that the next tile covers too. It should be at least as wide as the largest of the small objects.',
        unit: 'fraction 0 to 0.9',
        restart: 'camera',
        example: 0.2,
      }),
    ),
});

/** How one model is used on one camera. */
const ModelAssignment = z
  .strictObject({
    id: id().meta(
      key({ description: 'Model: id from the catalog or from `models`.', restart: 'camera', example: 'defect' }),
    ),
    fps: z
      .number()
      .min(0.001)
      .max(60)
      .optional()
      .meta(
        key({
          description:
            'Frames per second that this model inspects, evenly chosen from those of the camera. The others are counted as `not_due`. Without it, every frame.',
          unit: 'frames per second',
          restart: 'camera',
          example: 2,
        }),
      ),
    interval: duration()
      .optional()
      .meta(
        key({
          description: 'The same as a time between two inspections, for models that run seldom.',
          unit: 'duration',
          restart: 'camera',
          example: '30s',
        }),
      ),
    region: z
      .union([id(), z.tuple([fraction(), fraction(), fraction(), fraction()])])
      .optional()
      .meta(
        key({
          description:
            'The model receives only this part of the frame: the bounding box of a zone of this camera, or left, top, right and bottom as fractions.',
          unit: 'zone or fractions 0 to 1',
          restart: 'camera',
          example: [0.1, 0.2, 0.9, 0.8],
        }),
      ),
    tiles: Tiles.optional().meta(
      key({
        description:
          'For small objects in a large frame: the model inspects overlapping tiles one after the other, and their detections are merged. Each tile costs one inference.',
        restart: 'camera',
      }),
    ),
  })
  .meta({ description: 'How one model is used on this camera.' });

/** In the file an id alone, where there is no more to say. */
const ModelEntry = z.codec(z.union([id(), ModelAssignment]), z.custom<z.output<typeof ModelAssignment>>(), {
  decode: (entry) => (typeof entry === 'string' ? { id: entry } : entry),
  encode: (assignment) => (Object.keys(assignment).length === 1 ? assignment.id : assignment),
});

const KINDS = Object.keys(EVENT_KINDS) as EventKind[];

const FLOOR_MAX_MS = 60_000;

/** Video of events. */
const Clips = z.strictObject({
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

/** What of people and places is covered in pictures and clips. */
const Privacy = z.strictObject({
  masks: z
    .array(
      z
        .array(z.tuple([fraction(), fraction()]))
        .min(3)
        .max(64),
    )
    .default([])
    .meta(
      key({
        description:
          'Parts of the picture that are filled with grey: each a polygon with its corners as fractions of the frame. Models still inspect them.',
        unit: 'fractions 0 to 1',
        restart: 'camera',
        example: [
          [
            [0.7, 0],
            [1, 0],
            [1, 0.4],
            [0.7, 0.4],
          ],
        ],
      }),
    ),
  blur: z
    .enum(['none', 'heads', 'persons'])
    .default('none')
    .meta(
      key({
        description:
          'What is made unrecognisable of people: their heads, or all of them. It needs a `model` on this camera that detects them. A person without a detected head is covered completely. A frame that the model did not inspect, or in a picture that is dark, overexposed, covered or blurred, is covered completely.',
        restart: 'camera',
        example: 'heads',
      }),
    ),
  model: id()
    .default('ppe')
    .meta(
      key({
        description: "Model whose detections say where people are: one of this camera's `models`, without a `region`.",
        restart: 'camera',
        example: 'ppe',
      }),
    ),
  headLabels: labels()
    .default(['headwear', 'bare_head'])
    .meta(
      key({ description: 'Labels of that model that are heads.', restart: 'camera', example: ['headwear', 'face'] }),
    ),
  personLabels: labels()
    .default(['person'])
    .meta(key({ description: 'Labels of that model that are persons.', restart: 'camera', example: ['person'] })),
  margin: z
    .number()
    .min(0)
    .max(2)
    .default(0.3)
    .meta(
      key({
        description: 'How far the covered area reaches beyond the box, as a fraction of the sides of the box.',
        unit: 'fraction',
        restart: 'camera',
        example: 0.3,
      }),
    ),
  hold: duration()
    .prefault('2s')
    .meta(
      key({
        description:
          'How long a person stays covered who is not detected any more, where they were and where they were going.',
        unit: 'duration',
        restart: 'camera',
        example: '2s',
      }),
    ),
});

/** Frames that show nothing new are left out. */
const Motion = z.strictObject({
  floor: duration()
    .prefault('1s')
    .refine(({ ms }) => ms >= 100 && ms <= FLOOR_MAX_MS, 'must be from 100ms to 1m')
    .meta(
      key({
        description:
          'Where nothing changes, one frame is inspected in this time: so what was wrong and does not move is seen too. Keep it shorter than `minDuration` and `clearAfter` of the rules.',
        unit: 'duration, 100ms to 1m',
        restart: 'camera',
        example: '1s',
      }),
    ),
  change: z
    .int()
    .min(2)
    .max(100)
    .default(6)
    .meta(
      key({
        description:
          'By how many levels, of 0 to 255, the mean brightness of a block of 8x8 pixels of the evidence picture changes at least. A smaller number sees smaller and fainter things, and saves less.',
        unit: 'levels',
        restart: 'camera',
        example: 6,
      }),
    ),
  zones: z
    .array(id())
    .default([])
    .meta(
      key({
        description: 'Zones of this camera in which changes count. Without any, the complete frame.',
        restart: 'camera',
        example: ['belt'],
      }),
    ),
});

const Stage = z
  .strictObject({
    model: id().meta(
      key({
        description: 'Model of the second stage: a classifier, an anomaly model or a detector.',
        restart: 'camera',
        example: 'seal',
      }),
    ),
    source: id().meta(
      key({
        description: "Source model: one of this camera's `models`, whose detections this stage receives as crops.",
        restart: 'camera',
        example: 'defect',
      }),
    ),
    labels: labels()
      .optional()
      .meta(
        key({
          description: 'Labels of the detections that it receives. Without it, all.',
          restart: 'camera',
          example: ['product'],
        }),
      ),
    padding: z
      .number()
      .min(0)
      .max(2)
      .default(0.1)
      .meta(
        key({
          description: "Margin of the crop around a detection's box, as a fraction of the sides of the box.",
          unit: 'fraction',
          restart: 'camera',
          example: 0.1,
        }),
      ),
    maxDetections: z
      .int()
      .min(1)
      .max(256)
      .default(8)
      .meta(
        key({
          description:
            'Most detections inspected per frame, those with the highest scores first. When there are more, the result says `not_all_looked_at`.',
          restart: 'camera',
          example: 8,
        }),
      ),
  })
  .meta({ description: 'A model that inspects the detections of another model, cropped from the frame at full size.' });

export const Camera = z
  .strictObject({
    id: id().meta(
      key({
        description: 'Name of the camera in events, pages and commands.',
        restart: 'camera',
        example: 'packing',
      }),
    ),
    url: secret('url', cameraProblem).meta(
      key({
        description:
          'Source of the frames: anything that FFmpeg reads (RTSP, HTTP, a file, `lavfi:` with a test source), or a camera of this device (`v4l2:/dev/video0`, with `?format=mjpeg&size=1280x720&rate=25` where the driver is to be asked for that). An HTTP address that gives one JPEG at a time is asked `fps` times a second. Write passwords as references.',
        restart: 'camera',
        example: 'rtsp://viewer:${file:/etc/lineside/secrets/packing}@10.0.0.21/stream1',
      }),
    ),
    transport: z
      .enum(['tcp', 'udp'])
      .default('tcp')
      .meta(
        key({
          description: 'RTSP transport. UDP loses packets where TCP waits.',
          restart: 'camera',
          example: 'tcp',
        }),
      ),
    decoder: z
      .enum(['auto', 'software', 'gstreamer'])
      .default('auto')
      .meta(
        key({
          description:
            'What decodes the stream. `auto`: the best that works on this device, hardware first, and the next when it gives no picture; `lineside camera health` says which and why. `gstreamer`: an RTSP camera without clips is decoded by GStreamer.',
          restart: 'camera',
          example: 'auto',
        }),
      ),
    decode: z
      .enum(['all', 'key_frames'])
      .default('all')
      .meta(
        key({
          description:
            'What of the stream is decoded. `key_frames`: for slow checks; a camera usually has one every 1 to 4 s, and no more frames than that are inspected. It saves nearly all of the decoding, also with hardware. Clips have every frame all the same. `keyframe_interval` is reported where key frames come more seldom than `fps` wants.',
          restart: 'camera',
          example: 'key_frames',
        }),
      ),
    loop: z
      .boolean()
      .default(true)
      .meta(
        key({
          description:
            'Of a file: it starts again at its end. With `false` it is played once, and the camera is stopped then. Other sources have no end.',
          restart: 'camera',
          example: false,
        }),
      ),
    pictureWidth: z
      .int()
      .min(320)
      .max(7680)
      .default(1920)
      .meta(
        key({
          description:
            'Pictures for evidence and live view are at most this wide, and never wider than the stream. A wider one costs memory for each of 6 to 16 frames: 3 MB at 1920x1080, 12 MB at 3840x2160.',
          unit: 'pixels',
          restart: 'camera',
          example: 3840,
        }),
      ),
    fps: z
      .number()
      .min(0.1)
      .max(60)
      .default(5)
      .meta(
        key({
          description: 'Most frames inspected per second, by their arrival. FFmpeg drops the others.',
          unit: 'frames per second',
          restart: 'camera',
          example: 5,
        }),
      ),
    delay: duration()
      .prefault('0ms')
      .meta(
        key({
          description:
            'From the moment at which the camera takes a picture until its frame is here, where nothing waits on the way: exposure, encoder, network, decoder. The place of a product on the belt is counted from the moment at which it was taken, so it matters for `outputs`. What a frame waits beyond that is measured.',
          unit: 'duration',
          restart: 'camera',
          example: '120ms',
        }),
      ),
    models: z
      .array(ModelEntry)
      .prefault([])
      .meta(
        key({
          description:
            'Models that inspect this camera: ids from the catalog or from `models`, alone or with details (`{id: defect, fps: 2, tiles: {size: 640}}`).',
          restart: 'camera',
          example: ['ppe'],
        }),
      ),
    stages: z
      .array(Stage)
      .default([])
      .meta(
        key({
          description: 'Second stages: models that inspect what the `models` of this camera detected.',
          restart: 'camera',
        }),
      ),
    clips: Clips.optional().meta(
      key({
        description:
          'Keeps a short video of each event, from before and after it, as it came from the camera. Without it, events have snapshots only.',
        restart: 'camera',
      }),
    ),
    health: CameraHealth.prefault({}).meta(
      key({
        description: 'From where on something is a problem of a camera that delivers frames.',
        restart: 'camera',
      }),
    ),
    privacy: Privacy.optional().meta(
      key({
        description:
          'Covers parts of the picture, and people, in everything that leaves the process of the cameras: snapshots, clips, live pictures. Clips of such a camera are made of its covered frames; the stream as it came is not kept.',
        restart: 'camera',
      }),
    ),
    motion: Motion.optional().meta(
      key({
        description:
          'Frames that look like the last one that was inspected are not inspected again (`skipped: no_motion`), which saves most of the work where a line often stands still. Any change in a zone is inspected at once. Without it, every frame is.',
        restart: 'camera',
      }),
    ),
    zones: z
      .array(Zone)
      .default([])
      .meta(key({ description: 'Parts of the frame that rules can be limited to.', restart: 'rule' })),
  })
  .meta({ description: 'One camera.' });
