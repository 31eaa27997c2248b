import { z } from 'zod';
import { duration, fraction, fromProblem, id, key, secret } from '../../fields/index.ts';
import { ON_MISSING } from '../../plant/output/index.ts';
import { isLoopback, knowsClients, outputProblem, serverProblem } from '../address.ts';

const point = () => z.tuple([fraction(), fraction()]);
const pointText = (description: string, example: string) =>
  z
    .string()
    .min(1)
    .max(128)
    .optional()
    .meta(key({ description, restart: 'process', example }));

const Encoder = z.strictObject({
  point: z
    .string()
    .min(1)
    .max(128)
    .meta(
      key({
        description: 'Point of the same controller that counts the way of the belt, with its type.',
        restart: 'process',
        example: 'input:4?type=uint32',
      }),
    ),
  bits: z
    .union([z.literal(16), z.literal(32)])
    .default(32)
    .meta(
      key({ description: 'Width of the counter, after which it begins at 0 again.', restart: 'process', example: 16 }),
    ),
  every: duration()
    .prefault('20ms')
    .meta(key({ description: 'How often it is read.', unit: 'duration', restart: 'process', example: '10ms' })),
  maxPerSecond: z
    .number()
    .positive()
    .default(20_000)
    .meta(
      key({
        description: 'A faster change is no movement: the counter was set, and pieces in transit are lost.',
        restart: 'process',
        example: 5000,
      }),
    ),
});

const Acknowledge = z.strictObject({
  point: z
    .string()
    .min(1)
    .max(128)
    .optional()
    .meta(
      key({
        description:
          'Point of the same controller into which it writes the number of the result that it has taken. A controller that reads from `plantServers` writes it there, into holding register 1000 for the first output, 1001 for the second.',
        restart: 'process',
        example: 'holding:120',
      }),
    ),
  timeout: duration()
    .prefault('1s')
    .meta(
      key({
        description: 'A result that was not taken for so long is counted, and the next one follows.',
        unit: 'duration',
        restart: 'process',
        example: '500ms',
      }),
    ),
});

export const PlantServer = z
  .strictObject({
    url: z
      .string()
      .superRefine(fromProblem(serverProblem))
      .meta(
        key({
          description:
            'Address to serve at: `modbus+tcp://127.0.0.1:1502`, or `opc.tcp://127.0.0.1:4840`, which other machines reach with trusted certificates only, unless `?security=none` is written (docs/plant.md).',
          restart: 'process',
          example: 'modbus+tcp://127.0.0.1:1502',
        }),
      ),
    allow: z
      .array(z.union([z.ipv4(), z.ipv6()]))
      .default([])
      .meta(
        key({
          description:
            'Addresses of the clients that are served, by Modbus. Needed where other machines can reach the address. Clients of OPC UA are known by their certificates.',
          restart: 'process',
          example: ['10.0.0.9'],
        }),
      ),
  })
  .refine(({ url, allow }) => allow.length === 0 || !knowsClients(url), {
    path: ['allow'],
    message: 'is for Modbus: clients of OPC UA are known by their certificates, see lineside plant trust',
  })
  .refine(({ url, allow }) => allow.length > 0 || isLoopback(url) || knowsClients(url), {
    path: ['allow'],
    message: 'must name the clients, because other machines can reach this address',
  });

export const Output = z.strictObject({
  id: id().meta(key({ description: 'Name of the output.', restart: 'process', example: 'reject-1' })),
  camera: z
    .string()
    .min(1)
    .meta(key({ description: 'Camera that sees the products.', restart: 'process', example: 'product' })),
  rules: z
    .array(z.string().min(1))
    .min(1)
    .meta(
      key({
        description:
          'Rules of this camera that decide, of the types product_defect and code_check: one that calls a product bad is enough, and a product is good when all of them say so. They must read the same model.',
        restart: 'process',
        example: ['product-defect'],
      }),
    ),
  labels: z
    .array(z.string().min(1))
    .min(1)
    .default(['product'])
    .meta(key({ description: 'Labels of a product.', restart: 'process', example: ['bottle'] })),
  line: z
    .tuple([point(), point()])
    .refine(([[x1, y1], [x2, y2]]) => Math.hypot(x2 - x1, y2 - y1) >= 0.01, 'its two points are the same')
    .default([
      [0.75, 1],
      [0.75, 0],
    ])
    .meta(
      key({
        description:
          'Line in the picture from which the way to the output is measured. Products cross it from its left to its right, looking from the first point to the second. Default: from the bottom to the top at three quarters, so that products move to the right.',
        unit: 'fractions of the picture',
        restart: 'process',
        example: [
          [0.8, 1],
          [0.8, 0],
        ],
      }),
    ),
  url: secret('url', outputProblem).meta(
    key({
      description:
        'The controller: `modbus+tcp://HOST:PORT` or `modbus+tcp://HOST:PORT?unit=1`, `gpio:/dev/gpiochip0`, or a program on this device: `zmq+tcp://127.0.0.1:PORT`, `zmq+ipc:///PATH`.',
      restart: 'process',
      example: 'modbus+tcp://10.0.0.9:502',
    }),
  ),
  reject: pointText('Point that is on while a product is rejected.', 'coil:0'),
  results: pointText(
    'First of the 20 registers with heartbeat, READY, result, reason and counters; docs/plant.md lists them.',
    'holding:100',
  ),
  delay: duration()
    .optional()
    .meta(
      key({
        description: 'Time from the line in the picture to the output, at constant speed. Or give `counts`.',
        unit: 'duration',
        restart: 'process',
        example: '1500ms',
      }),
    ),
  counts: z
    .number()
    .positive()
    .optional()
    .meta(
      key({
        description: 'Way from the line in the picture to the output in counts of the encoder.',
        restart: 'process',
        example: 1200,
      }),
    ),
  encoder: Encoder.optional().meta(key({ description: 'What counts the way of the belt.', restart: 'process' })),
  pulse: duration()
    .prefault('100ms')
    .meta(
      key({
        description: 'How long the point stays on for one product.',
        unit: 'duration',
        restart: 'process',
        example: '60ms',
      }),
    ),
  tolerance: duration()
    .prefault('50ms')
    .meta(
      key({
        description: 'A reject that is later than this is counted as missed, and the output does not change for it.',
        unit: 'duration',
        restart: 'process',
        example: '20ms',
      }),
    ),
  onMissing: z
    .enum(ON_MISSING)
    .default('reject')
    .meta(
      key({
        description:
          'What is done with a product that arrives without a verdict: it is rejected, it passes, or it passes and READY is taken back until a person arms the output again.',
        restart: 'process',
        example: 'stop',
      }),
    ),
  acknowledge: Acknowledge.optional().meta(
    key({
      description:
        'Results are handed over one by one: each stands until the controller has written its number back. Without it, the controller sees the newest result only.',
      restart: 'process',
    }),
  ),
  heartbeat: duration()
    .prefault('250ms')
    .meta(
      key({
        description:
          'How often the registers of the results are written. The controller has to watch that they change.',
        unit: 'duration',
        restart: 'process',
        example: '100ms',
      }),
    ),
});
