import { z } from 'zod';
import { duration, id, key, secret } from '../../fields/index.ts';
import { FEED_COMMANDS, FEED_TOPICS, isCurveKey, isZeromqUrl } from '../../plant/feeds/index.ts';
import { isSparkplugName } from '../../sparkplug/index.ts';
import { feedNeedsKeys, feedProblem } from '../address.ts';

const name = () => z.string().refine(isSparkplugName, 'must be 1 to 128 characters without +, # and /');
const topic = () =>
  z
    .string()
    .max(256)
    .regex(/^[^+#/\0]+(\/[^+#/\0]+)*$/, 'must be a topic without wildcards and without a slash at its ends');
const curveKey = () => z.string().refine(isCurveKey, 'must be a key of CURVE: 40 characters of Z85');

const Zeromq = z.strictObject({
  topics: z
    .array(z.enum(FEED_TOPICS))
    .min(1)
    .default(['health', 'events', 'results', 'detections', 'tracks'])
    .meta(
      key({
        description: 'What is published. `frames` are pictures, covered as the privacy settings of the camera want it.',
        restart: 'process',
        example: ['health', 'events'],
      }),
    ),
  queue: z
    .int()
    .min(1)
    .max(10_000)
    .default(200)
    .meta(
      key({
        description:
          'Messages that may wait for one consumer before it is passed over. Give frames a feed of their own with a queue of 2.',
        restart: 'process',
        example: 2,
      }),
    ),
  framesEvery: duration()
    .prefault('1s')
    .meta(
      key({
        description: 'How often a picture of each camera is published while somebody reads them.',
        unit: 'duration',
        restart: 'process',
        example: '200ms',
      }),
    ),
  frameWidth: z
    .int()
    .min(64)
    .max(3840)
    .default(640)
    .meta(key({ description: 'Greatest width of these pictures.', unit: 'pixels', restart: 'process', example: 320 })),
  secretKey: secret('text')
    .optional()
    .meta(
      key({
        description:
          'Secret key of CURVE, 40 characters of Z85. Needed where other machines can reach the address. Write it as a reference.',
        restart: 'process',
        example: '${credential:feed-key}',
      }),
    ),
  clients: z
    .array(curveKey())
    .max(100)
    .default([])
    .meta(
      key({
        description: 'Public keys of the consumers that are let in. Needed together with `secretKey`.',
        restart: 'process',
        example: ['rq:rM>}U?@Lns47E1%kR.o@n%FcmmsL/@{H8]yf7'],
      }),
    ),
});

const Sparkplug = z.strictObject({
  group: name()
    .default('lineside')
    .meta(key({ description: 'Group of the node.', restart: 'process', example: 'dairy' })),
  node: name()
    .optional()
    .meta(key({ description: 'Name of the node. Default: the device.', restart: 'process', example: 'packing-1' })),
  primaryHost: name()
    .optional()
    .meta(
      key({
        description:
          'Host without which nothing is published: the node is born when its STATE says that it is online. Default: none.',
        restart: 'process',
        example: 'scada',
      }),
    ),
});

const Mqtt = z.strictObject({
  topic: topic()
    .optional()
    .meta(
      key({
        description: 'Where the topics begin. Default: `lineside-plant/DEVICE`.',
        restart: 'process',
        example: 'dairy/packing-1',
      }),
    ),
  commands: z
    .array(z.enum(FEED_COMMANDS))
    .default([])
    .meta(
      key({
        description:
          'What others may do with a message to `TOPIC/command/NAME`: choose a recipe, acknowledge an event. None of it moves an output. Default: nothing.',
        restart: 'process',
        example: ['recipe'],
      }),
    ),
  homeAssistant: z
    .boolean()
    .default(false)
    .meta(key({ description: 'Announces the device to Home Assistant.', restart: 'process', example: true })),
  discoveryPrefix: topic()
    .default('homeassistant')
    .meta(
      key({
        description: 'Where Home Assistant looks for announcements.',
        restart: 'process',
        example: 'homeassistant',
      }),
    ),
});

export const Feed = z
  .strictObject({
    id: id().meta(key({ description: 'Name of the feed.', restart: 'process', example: 'programs' })),
    url: secret('url', feedProblem).meta(
      key({
        description:
          'Where other programs read. The scheme chooses the protocol: `zmq+tcp://127.0.0.1:PORT` or `zmq+ipc:///PATH`; `sparkplug+mqtt://HOST:PORT` (Sparkplug B); `mqtt://HOST:PORT` (JSON, Home Assistant). Brokers with TLS: `mqtts:`, with `?ca=/PATH` for an authority that is not public.',
        restart: 'process',
        example: 'zmq+tcp://127.0.0.1:5556',
      }),
    ),
    zeromq: Zeromq.prefault({}).meta(key({ description: 'Options of `zmq+tcp:` and `zmq+ipc:`.', restart: 'process' })),
    sparkplug: Sparkplug.prefault({}).meta(key({ description: 'Options of `sparkplug+mqtt:`.', restart: 'process' })),
    mqtt: Mqtt.prefault({}).meta(key({ description: 'Options of `mqtt:`.', restart: 'process' })),
  })
  .superRefine(({ url, zeromq }, context) => {
    const hasKeys = zeromq.secretKey !== undefined && zeromq.clients.length > 0;
    const isHalf = (zeromq.secretKey !== undefined) !== zeromq.clients.length > 0;
    const isOpen = isZeromqUrl(url.shown) && feedNeedsKeys(url.shown) && !hasKeys;
    if (!isHalf && !isOpen) return;
    const message = isHalf
      ? 'needs secretKey and clients together'
      : 'needs secretKey and clients, because other machines can reach this address';
    context.addIssue({ code: 'custom', path: ['zeromq'], message, input: undefined });
  });
