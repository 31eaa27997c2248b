import { isDeviceId } from '@lineside/protocol';
import { z } from 'zod';
import { brokerProblem, cameraUrlProblem, listenProblem } from './address.ts';
import { duration, fromProblem, secret, size } from './field.ts';

const ID = /^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$/;
const id = z.string().regex(ID, 'must be 1 to 64 letters, digits, dots, dashes or underscores');
const share = z.number().min(0).max(1);

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
      .array(id)
      .default([])
      .meta({
        description: 'Models that look at this camera: ids from the catalog or from `models`.',
        restart: 'camera',
        example: ['ppe'],
      }),
    zones: z.array(Zone).default([]).meta({ description: 'Zones of this camera.', restart: 'camera' }),
  })
  .meta({ description: 'One camera.' });

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
    labels: z
      .array(z.string().min(1).max(64))
      .min(1)
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
  keepDelivered: duration().prefault('30d').meta({
    description: 'How long records stay on the box after the collector has them.',
    unit: 'duration',
    restart: 'process',
    example: '30d',
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
  log: Log.prefault({}).meta({ description: 'Logging, as JSON lines on stderr.' }),
});

export type RawConfig = z.output<typeof ConfigSchema>;
