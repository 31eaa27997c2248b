import { z } from 'zod';
import { SIGNAL_TYPES } from '../../domain/index.ts';
import { duration, id, key, secret } from '../../fields/index.ts';
import { signalProblem } from '../address.ts';

export const PlantSignal = z.strictObject({
  id: id().meta(
    key({ description: 'Name of the signal, by which rules name it.', restart: 'signals', example: 'scale-1' }),
  ),
  type: z
    .enum(SIGNAL_TYPES)
    .default('number')
    .meta(key({ description: 'What its value is.', restart: 'signals', example: 'text' })),
  unit: z
    .string()
    .min(1)
    .max(16)
    .optional()
    .meta(key({ description: 'Unit of a number, for people.', restart: 'signals', example: 'g' })),
  source: secret('url', signalProblem)
    .prefault('push:')
    .meta(
      key({
        description:
          "Where it comes from. The scheme chooses the protocol: `push:` is set by others, over the API or with `lineside signal set`; `file:/PATH#NAME` follows lines of JSON in a file; `twin://HOST:PORT/NAME` reads lines of JSON over TCP; `mqtt://HOST/TOPIC` and `mqtts://HOST/TOPIC` read a topic of the plant's broker, with `#FIELD` a field of a JSON payload, `?state=TOPIC` the topic of the publisher's birth and will, and `?ca=/FILE` the authority of the broker's certificate; `modbus+tcp://HOST/TABLE:ADDRESS?type=float32&order=CDAB&unit=1&every=500ms` reads a point of a controller; `opc.tcp://HOST:4840?security=aes256&every=500ms#ns=2;s=NAME` subscribes to a node of an OPC UA server (docs/plant.md).",
        restart: 'signals',
        example: 'file:/run/scale/values.jsonl#weight',
      }),
    ),
  scale: z
    .number()
    .default(1)
    .meta(key({ description: 'A number is multiplied by this.', restart: 'signals', example: 0.1 })),
  offset: z
    .number()
    .default(0)
    .meta(key({ description: 'This is added to a number after `scale`.', restart: 'signals', example: -12.5 })),
  deadband: z
    .number()
    .min(0)
    .default(0)
    .meta(
      key({
        description: 'A number that differs by less from the one before is the same.',
        restart: 'signals',
        example: 0.5,
      }),
    ),
  min: z
    .number()
    .optional()
    .meta(key({ description: 'A number below this is bad.', restart: 'signals', example: 0 })),
  max: z
    .number()
    .optional()
    .meta(key({ description: 'A number above this is bad.', restart: 'signals', example: 5000 })),
  staleAfter: z
    .union([z.literal('never'), duration()])
    .optional()
    .meta(
      key({
        description:
          'A value that its source has not confirmed for longer is stale: it is no value any more. Default: `5s` for `twin:`, `modbus+tcp:` and `opc.tcp:`, `1m` for `file:`, `never` for `push:` and `mqtt:`.',
        unit: 'duration',
        restart: 'signals',
        example: '10s',
      }),
    ),
});
