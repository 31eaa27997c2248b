import { z } from 'zod';
import { duration, id, key } from '../../fields/index.ts';

/** Fewer frames say nothing about a model. */
const LEAST_RESULTS = 50;

export const Updates = z.strictObject({
  repository: z
    .string()
    .min(1)
    .optional()
    .meta(
      key({
        description:
          "Where releases come from: `collector` (the one that the uplink reaches), the address of a repository, or a folder. The device's own credential goes to the collector only. Default: none, only `lineside update --from DIR`.",
        restart: 'process',
        example: 'collector',
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
          'What happens to a release of the configuration when the file was changed on this device since the last one: `refuse` reports the conflict and leaves the file, `replace` overwrites it. Whatever a person wrote and a release replaces, also by the first one, is kept beside it (`FILE.HASH.kept`).',
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
  trialLimit: duration()
    .prefault('24h')
    .meta(
      key({
        description:
          'A model whose cameras show nothing during its trial, or before it, is watched for longer, at most for this time.',
        unit: 'duration',
        restart: 'process',
        example: '72h',
      }),
    ),
  notCompared: z
    .enum(['takeBack', 'afterShadow', 'keep'])
    .default('afterShadow')
    .meta(
      key({
        description:
          'What becomes of a model when the cameras have shown too little until the limit to compare it by what it sees: `afterShadow` keeps it if it was compared in shadow, `takeBack` goes back to the one before in any case, `keep` lets it go on and reports that it was not compared.',
        restart: 'process',
        example: 'keep',
      }),
    ),
  shadow: z
    .strictObject({
      enabled: z
        .boolean()
        .default(true)
        .meta(
          key({
            description:
              'Whether a new model first runs beside the current one, on the same frames, without any effect. It goes on to its trial only if it sees what the current one sees, as steadily.',
            restart: 'process',
            example: false,
          }),
        ),
      results: z
        .int()
        .min(LEAST_RESULTS)
        .default(500)
        .meta(
          key({
            description:
              'Frames that both models inspect, over all cameras, until they are compared; more where the cameras show nothing.',
            restart: 'process',
            example: 5000,
          }),
        ),
      limit: duration()
        .prefault('24h')
        .meta(
          key({
            description:
              'They are compared after this time with what there is then. With fewer than 50 frames the new model is refused; where the cameras showed nothing, `updates.notCompared` decides.',
            unit: 'duration',
            restart: 'process',
            example: '8h',
          }),
        ),
    })
    .prefault({}),
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
