import { isDeviceId } from '@lineside/protocol';
import { z } from 'zod';
import {
  dayWindow,
  duration,
  fraction,
  fromProblem,
  id as idField,
  labels,
  rate,
  secret,
  size,
} from '../fields/index.ts';
import { brokerProblem, cameraUrlProblem, listenProblem } from './address.ts';

const id = idField();
const share = fraction();

/** What a rule watches for; each has a model that it reads by default (see RULE_DEFAULTS). */
export const RULE_TYPES = ['missing_headwear', 'product_defect', 'dirt'] as const;
export type RuleType = (typeof RULE_TYPES)[number];

/** What a rule of each type takes where the file says nothing. */
export const RULE_DEFAULTS: Readonly<Record<RuleType, { model: string; longerThan: string; severity: RuleSeverity }>> =
  {
    missing_headwear: { model: 'ppe', longerThan: '5s', severity: 'warning' },
    product_defect: { model: 'defect', longerThan: '0s', severity: 'warning' },
    dirt: { model: 'sanitation', longerThan: '10s', severity: 'warning' },
  };

export const SEVERITIES = ['info', 'warning', 'critical'] as const;
export type RuleSeverity = (typeof SEVERITIES)[number];

const Zone = z
  .strictObject({
    id: id.meta({ description: 'Name of the zone, unique within its camera.', restart: 'camera', example: 'belt' }),
    polygon: z
      .array(z.tuple([share, share]))
      .min(3)
      .max(64)
      .meta({
        description:
          'Corners as shares of the picture, 0,0 top left and 1,1 bottom right, so that a change of resolution does not move the zone.',
        unit: 'shares 0 to 1',
        restart: 'camera',
        example: [
          [0.1, 0.2],
          [0.9, 0.2],
          [0.9, 0.95],
        ],
      }),
  })
  .meta({ description: 'A part of the picture that rules can be limited to.' });

const Tiles = z.strictObject({
  size: z.int().min(32).max(8192).meta({
    description:
      "Width of a tile in pixels of the camera's picture; its height follows the model's input. The model's own input width looks at every pixel as it is.",
    unit: 'pixels',
    restart: 'camera',
    example: 640,
  }),
  overlap: z.number().min(0).max(0.9).default(0.2).meta({
    description: 'Least share of a tile that its neighbour sees too: at least as wide as the largest small defect.',
    unit: 'share 0 to 0.9',
    restart: 'camera',
    example: 0.2,
  }),
});

const Look = z
  .strictObject({
    id: id.meta({
      description: 'Model: id from the catalog or from `models`.',
      restart: 'camera',
      example: 'defect',
    }),
    fps: z.number().min(0.001).max(60).optional().meta({
      description:
        'Frames per second that this model looks at, evenly chosen from those of the camera; the others are counted as `not_due`. Without it every frame.',
      unit: 'frames per second',
      restart: 'camera',
      example: 2,
    }),
    every: duration().optional().meta({
      description: 'The same as a time between two looks, for models that look seldom.',
      unit: 'duration',
      restart: 'camera',
      example: '30s',
    }),
    region: z
      .union([id, z.tuple([share, share, share, share])])
      .optional()
      .meta({
        description:
          'The model sees only this part: the box around a zone of this camera, or left, top, right and bottom in shares of the picture.',
        unit: 'zone or shares 0 to 1',
        restart: 'camera',
        example: [0.1, 0.2, 0.9, 0.8],
      }),
    tiles: Tiles.optional().meta({
      description:
        'For small things in a large picture: the model looks at one tile after the other, and what it finds is put together. Each tile costs one inference.',
      restart: 'camera',
    }),
  })
  .meta({ description: 'How one model looks at this camera.' });

const Stage = z
  .strictObject({
    model: id.meta({
      description: 'Model of the second stage: a classification, a check for anomalies or a detector.',
      restart: 'camera',
      example: 'seal',
    }),
    after: id.meta({
      description: "Model of this camera's `models` whose finds it looks at.",
      restart: 'camera',
      example: 'defect',
    }),
    labels: labels()
      .optional()
      .meta({
        description: 'Labels of finds that it looks at; all when left out.',
        restart: 'camera',
        example: ['product'],
      }),
    margin: z.number().min(0).max(2).default(0.1).meta({
      description: 'What it sees around a find, as a share of the find’s sides.',
      unit: 'share',
      restart: 'camera',
      example: 0.1,
    }),
    most: z.int().min(1).max(256).default(8).meta({
      description: 'Finds looked at per frame, best first. When there are more, the result says `not_all_looked_at`.',
      restart: 'camera',
      example: 8,
    }),
  })
  .meta({ description: 'A model that looks at each find of another, cut from the picture at its full size.' });

const Camera = z
  .strictObject({
    id: id.meta({
      description: 'Name of the camera in events, pages and commands.',
      restart: 'camera',
      example: 'packing',
    }),
    url: secret('url', cameraUrlProblem).meta({
      description:
        'Where the pictures come from: anything that FFmpeg reads (RTSP, HTTP, a file, `lavfi:` with a filter that makes pictures). Passwords by reference.',
      restart: 'camera',
      example: 'rtsp://viewer:${file:/etc/lineside/secrets/packing}@10.0.0.21/stream1',
    }),
    transport: z.enum(['tcp', 'udp']).default('tcp').meta({
      description: 'RTSP transport. UDP loses packets where TCP waits.',
      restart: 'camera',
      example: 'tcp',
    }),
    fps: z.number().min(0.1).max(60).default(5).meta({
      description: 'Frames looked at per second; the rest is dropped before it is decoded further.',
      unit: 'frames per second',
      restart: 'camera',
      example: 5,
    }),
    models: z
      .array(z.union([id, Look]))
      .default([])
      .meta({
        description:
          'Models that look at this camera: ids from the catalog or from `models`, or such an id with how it looks (`{id: defect, fps: 2, tiles: {size: 640}}`).',
        restart: 'camera',
        example: ['ppe'],
      }),
    stages: z.array(Stage).default([]).meta({
      description: 'Models that look at what those of `models` found.',
      restart: 'camera',
    }),
    zones: z.array(Zone).default([]).meta({ description: 'Zones of this camera.', restart: 'camera' }),
  })
  .meta({ description: 'One camera.' });

/** Where a model runs, best first. */
export const PROVIDERS = ['tensorrt', 'cuda', 'cpu'] as const;

const Model = z
  .strictObject({
    id: id.meta({
      description: 'Name by which cameras and rules use the model.',
      restart: 'process',
      example: 'caps',
    }),
    ref: z.string().min(1).meta({
      description:
        'A model of the catalog (`ppe`), the folder of a bundle (`./caps`), or an ONNX file (`./caps.onnx`); relative to this file.',
      restart: 'process',
      example: './models/caps',
    }),
    score: share.optional().meta({
      description: 'Lowest score that counts as a detection. Without it, the threshold in the manifest.',
      unit: 'share 0 to 1',
      restart: 'process',
      example: 0.5,
    }),
    expect: z.enum(PROVIDERS).optional().meta({
      description: 'Overrules `inference.expect` for this model; `cpu` for one that is not meant for the accelerator.',
      restart: 'process',
      example: 'cpu',
    }),
  })
  .meta({ description: 'One model that is not taken from the catalog as it is.' });

const perType = (key: 'model' | 'longerThan' | 'severity'): string =>
  RULE_TYPES.map((type) => `${RULE_DEFAULTS[type][key]} (${type})`).join(', ');

const Rule = z
  .strictObject({
    id: id.meta({
      description: 'Name of the rule, kept in each of its events.',
      restart: 'camera',
      example: 'headwear',
    }),
    type: z.enum(RULE_TYPES).meta({
      description:
        '`missing_headwear`: a person without headwear. `product_defect`: a product with a defect. `dirt`: spill or litter on the floor.',
      restart: 'camera',
      example: 'missing_headwear',
    }),
    camera: id.meta({ description: 'Camera that the rule watches.', restart: 'camera', example: 'packing' }),
    model: id.optional().meta({
      description: `Model whose detections the rule reads; it must be among the camera's models. Default by type: ${perType('model')}.`,
      restart: 'camera',
      example: 'ppe',
    }),
    zone: id.optional().meta({
      description: 'Zone of that camera; without it the whole picture.',
      restart: 'camera',
      example: 'belt',
    }),
    labels: labels()
      .optional()
      .meta({
        description: "Labels that count. Without it, the type's own labels.",
        restart: 'camera',
        example: ['spill', 'litter'],
      }),
    longerThan: duration()
      .optional()
      .meta({
        description: `How long the condition must last before an event opens. Default by type: ${perType('longerThan')}.`,
        unit: 'duration',
        restart: 'camera',
        example: '5s',
      }),
    severity: z.enum(SEVERITIES).optional().meta({
      description: 'Severity of its events. Default: warning.',
      restart: 'camera',
      example: 'warning',
    }),
  })
  .meta({ description: 'One rule on one camera.' });

const Uplink = z.strictObject({
  broker: secret('url', brokerProblem).meta({
    description: 'MQTT 5 broker of the collector: `mqtt://host:1883`, or `mqtts://host:8883` with TLS.',
    restart: 'process',
    example: 'mqtt://collector.example:1883',
  }),
  username: secret('text').optional().meta({
    description: 'User name at the broker.',
    restart: 'process',
    example: '${env:LINESIDE_MQTT_USER}',
  }),
  password: secret('text').optional().meta({
    description: 'Password at the broker, by reference.',
    restart: 'process',
    example: '${credential:mqtt-password}',
  }),
  ca: z.string().min(1).optional().meta({
    description:
      'PEM file of who signed the certificate of the broker, where that is no public authority. A relative path starts at the configuration file.',
    restart: 'process',
    example: '/etc/lineside/collector/ca.crt',
  }),
  cert: z.string().min(1).optional().meta({
    description: 'PEM file of the certificate by which this box says who it is; needs `key`.',
    restart: 'process',
    example: '/etc/lineside/collector/device.crt',
  }),
  key: z.string().min(1).optional().meta({
    description: "PEM file of that certificate's key, readable by the service alone.",
    restart: 'process',
    example: '/etc/lineside/collector/device.key',
  }),
  maxRate: rate().optional().meta({
    description:
      'Most that is sent to the network, on the average; a quarter of it is for pictures. Without it, as much as the link takes.',
    unit: 'bits per second',
    restart: 'process',
    example: '256kbit',
  }),
  media: dayWindow().prefault('always').meta({
    description:
      'When pictures may be sent, by the clock of the box: `always`, `night` (22:00 to 06:00), or a part of the day. Events go at any time.',
    restart: 'process',
    example: '22:00-06:00',
  }),
});

const Status = z.strictObject({
  listen: z.string().superRefine(fromProblem(listenProblem)).default('127.0.0.1:8970').meta({
    description:
      'Address and port of the local status page: loopback only, reach it from elsewhere through an SSH tunnel. Port 0 takes any free one.',
    restart: 'process',
    example: '127.0.0.1:8970',
  }),
});

const Storage = z.strictObject({
  journalQuota: size().prefault('1GB').meta({
    description: 'Most bytes of the journal. When it is full the oldest records go, and the loss is declared.',
    unit: 'size',
    restart: 'process',
    example: '1GB',
  }),
  evidenceQuota: size().prefault('10GB').meta({
    description: 'Most bytes of evidence pictures; the oldest go first, their events stay.',
    unit: 'size',
    restart: 'process',
    example: '10GB',
  }),
  auditQuota: size().optional().meta({
    description:
      'Most bytes of audit records. Over it new ones are refused with an alarm: what the collector lacks of them is never given up. Default: a quarter of journalQuota.',
    unit: 'size',
    restart: 'process',
    example: '100MB',
  }),
  eventsQuota: size().optional().meta({
    description: 'Most bytes of events; over it the oldest go, and the loss is declared. Default: all of journalQuota.',
    unit: 'size',
    restart: 'process',
    example: '800MB',
  }),
  telemetryQuota: size().optional().meta({
    description:
      'Most bytes of telemetry; over it the oldest goes, and the loss is declared. Default: a quarter of journalQuota.',
    unit: 'size',
    restart: 'process',
    example: '100MB',
  }),
  mediaQuota: size().optional().meta({
    description:
      'Most bytes of the records about pictures (not of the pictures); over it the oldest go, and the loss is declared. Default: a quarter of journalQuota.',
    unit: 'size',
    restart: 'process',
    example: '100MB',
  }),
  keepDelivered: duration().prefault('30d').meta({
    description: 'How long records stay on the box after the collector has them.',
    unit: 'duration',
    restart: 'process',
    example: '30d',
  }),
});

const Inference = z.strictObject({
  expect: z.enum(PROVIDERS).optional().meta({
    description:
      'Where models are meant to run on this box. One that runs on anything less is an alarm: in the log, on the page, in the doctor. Without it, a Jetson is meant to use its accelerator.',
    restart: 'process',
    example: 'tensorrt',
  }),
  engines: z.enum(['auto', 'off']).default('auto').meta({
    description:
      'TensorRT engines: `auto` builds one per model before the cameras start, where `trtexec` is installed, and keeps it until model, TensorRT or machine change.',
    restart: 'process',
    example: 'auto',
  }),
  precision: z.enum(['fp16', 'fp32']).default('fp16').meta({
    description: 'Precision of TensorRT engines.',
    restart: 'process',
    example: 'fp16',
  }),
  buildMemory: size().prefault('6GB').meta({
    description: 'Most memory that the build of one engine may take; it is ended when it takes more.',
    unit: 'size',
    restart: 'process',
    example: '6GB',
  }),
  buildLimit: duration().prefault('30m').meta({
    description: 'Longest time that the build of one engine may take.',
    unit: 'duration',
    restart: 'process',
    example: '30m',
  }),
});

const Log = z.strictObject({
  level: z.enum(['debug', 'info', 'warn', 'error', 'silent']).default('info').meta({
    description: 'Least severe messages that are logged.',
    restart: 'process',
    example: 'info',
  }),
});

/** The whole file. What each key means, its unit, its default and what a change restarts are in its metadata. */
export const ConfigSchema = z.strictObject({
  device: z
    .string()
    .refine(isDeviceId, 'must be 1 to 64 letters, digits, dots, dashes or underscores, and not "collector"')
    .meta({
      description:
        'Identity of this box at the collector: unique among all boxes, never changed once it has sent records.',
      restart: 'process',
      example: 'line-1',
    }),
  line: z.string().min(1).max(128).optional().meta({
    description: 'Name of the line for people. Default: the device.',
    restart: 'process',
    example: 'Packing 1',
  }),
  cameras: z.array(Camera).default([]).meta({ description: 'Cameras of the line.', restart: 'process' }),
  models: z.array(Model).default([]).meta({
    description: 'Models beside the catalog. A model that the catalog has needs no entry.',
    restart: 'process',
  }),
  rules: z.array(Rule).default([]).meta({ description: 'What becomes an event.', restart: 'camera' }),
  uplink: Uplink.optional().meta({
    description: 'Where events are forwarded to. Without it the box stands alone and keeps everything.',
    restart: 'process',
  }),
  status: Status.prefault({}).meta({ description: 'The local status page.' }),
  storage: Storage.prefault({}).meta({ description: 'Limits of what is kept in the data folder.' }),
  inference: Inference.prefault({}).meta({ description: 'Where models run.' }),
  log: Log.prefault({}).meta({ description: 'Logging, as JSON lines on stderr.' }),
});

export type RawConfig = z.output<typeof ConfigSchema>;
