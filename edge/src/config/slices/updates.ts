import { z } from 'zod';
import { duration, id, key } from '../../fields/index.ts';

export const Updates = z.strictObject({
  repository: z
    .string()
    .min(1)
    .optional()
    .meta(
      key({
        description:
          'Address of the repository of releases (`https://host/updates/`), or a folder. Default: none, only `lineside update --from DIR`.',
        restart: 'process',
        example: 'https://collector.example:8980/updates/',
      }),
    ),
  root: z
    .string()
    .min(1)
    .meta(
      key({
        description:
          'The `root.json` of the repository, with which all trust begins. It must come to the device by a way that is trusted.',
        restart: 'process',
        example: '/etc/lineside/update-root.json',
      }),
    ),
  customer: z
    .string()
    .regex(/^[a-z0-9][a-z0-9-]{0,63}$/, 'must be lower-case letters, digits and dashes')
    .meta(
      key({
        description: 'Whose releases this device accepts; those of others are refused, whoever has signed them.',
        restart: 'process',
        example: 'acme',
      }),
    ),
  configuration: id()
    .optional()
    .meta(
      key({
        description: 'Series of configurations that this device takes. Default: none.',
        restart: 'process',
        example: 'line-1',
      }),
    ),
  onLocalChange: z
    .enum(['refuse', 'replace'])
    .default('refuse')
    .meta(
      key({
        description:
          'What happens to a release of the configuration when the file was changed on this device since the last one: `refuse` reports the conflict and leaves the file, `replace` overwrites it.',
        restart: 'process',
        example: 'replace',
      }),
    ),
  trial: duration()
    .prefault('10m')
    .meta(
      key({
        description:
          'How long an update is watched before it is kept. What is worse than before (results, latency, failures) takes it back.',
        unit: 'duration',
        restart: 'process',
        example: '30m',
      }),
    ),
  lockSignal: id()
    .optional()
    .meta(
      key({
        description:
          'Boolean signal that is true while a batch runs: nothing is swapped then, nor while the signal is bad or stale.',
        restart: 'process',
        example: 'batch-running',
      }),
    ),
});
