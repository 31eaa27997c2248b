import { z } from 'zod';
import { duration, id, key, secret } from '../../fields/index.ts';
import { cameraProblem } from '../address.ts';
import { Clips } from './camera-clips.ts';
import { CameraHealth } from './camera-health.ts';
import { ModelEntry, Stage } from './camera-models.ts';
import { Motion } from './camera-motion.ts';
import { Privacy } from './camera-privacy.ts';
import { Zone } from './camera-zone.ts';

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
