import { z } from 'zod';
import { duration, key, size } from '../../fields/index.ts';

/** Execution providers, best first. */
export const PROVIDERS = ['tensorrt', 'cuda', 'cpu'] as const;
export type ProviderName = (typeof PROVIDERS)[number];

export const Inference = z.strictObject({
  expectedProvider: z
    .enum(PROVIDERS)
    .optional()
    .meta(
      key({
        description:
          'Execution provider that models should use on this device. A model that runs on a slower one raises an alarm: in the log, on the status page and in `lineside doctor`. Default: a Jetson should use its accelerator, any other machine may use whatever it has.',
        restart: 'vision',
        example: 'tensorrt',
      }),
    ),
  engines: z
    .enum(['auto', 'off'])
    .default('auto')
    .meta(
      key({
        description:
          'TensorRT engines. With `auto`, where `trtexec` is installed, one engine per model is built before the cameras start; it is kept until the model, TensorRT or the machine changes.',
        restart: 'vision',
        example: 'auto',
      }),
    ),
  precision: z
    .enum(['fp16', 'fp32'])
    .default('fp16')
    .meta(key({ description: 'Precision of TensorRT engines.', restart: 'vision', example: 'fp16' })),
  whenShort: z
    .enum(['warn', 'refuse'])
    .default('warn')
    .meta(
      key({
        description:
          'What happens to a configuration that does not fit on this device by what `lineside plan` measured last. `warn`: it runs, and the log and `config check` say so. `refuse`: it is not taken over, and the last good one stays. Where something of it was not measured, nothing is reported.',
        restart: 'vision',
        example: 'refuse',
      }),
    ),
  buildMemoryLimit: size()
    .prefault('6GB')
    .meta(
      key({
        description: 'Most memory that the build of one engine may use. A build that uses more is stopped.',
        unit: 'size',
        restart: 'vision',
        example: '6GB',
      }),
    ),
  buildTimeout: duration()
    .prefault('30m')
    .meta(
      key({
        description: 'Longest time that the build of one engine may take.',
        unit: 'duration',
        restart: 'vision',
        example: '30m',
      }),
    ),
});
