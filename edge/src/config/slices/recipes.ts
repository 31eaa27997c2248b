import { z } from 'zod';
import { duration, id, key, secret } from '../../fields/index.ts';
import { exchangeProblem } from '../address.ts';

export const Recipe = z.strictObject({
  id: id().meta(key({ description: 'Name of the recipe.', restart: 'rule', example: 'yoghurt-500' })),
  product: z
    .string()
    .min(1)
    .max(64)
    .optional()
    .meta(
      key({
        description: 'Code of the product, by which a signal or a program chooses the recipe. Default: the id.',
        restart: 'rule',
        example: '4006381333931',
      }),
    ),
  rules: z
    .record(id(), z.record(z.string(), z.unknown()))
    .default({})
    .meta(
      key({
        description: 'Options that rules have with this recipe, by the id of the rule; the others stay as they are.',
        restart: 'rule',
        example: { 'weight-1': { nominal: 500 } },
      }),
    ),
  fields: z
    .record(z.string().regex(/^[A-Za-z][A-Za-z0-9_]{0,63}$/), z.union([z.string().max(256), z.number(), z.boolean()]))
    .default({})
    .meta(
      key({
        description: 'Further facts of the product, such as its shelf life.',
        restart: 'rule',
        example: { shelfLifeDays: 21 },
      }),
    ),
});

export const Production = z.strictObject({
  productSignal: id()
    .optional()
    .meta(
      key({
        description: 'Text signal with the code of the product; it chooses the recipe.',
        restart: 'process',
        example: 'product-code',
      }),
    ),
  batchSignal: id()
    .optional()
    .meta(key({ description: 'Text signal with the batch.', restart: 'process', example: 'batch' })),
  counter: id()
    .optional()
    .meta(
      key({
        description:
          'Rule of the type `count` whose counts are what the line made. Default: the first such rule of the file.',
        restart: 'process',
        example: 'packs',
      }),
    ),
  plan: z
    .array(
      z.strictObject({
        shift: z
          .string()
          .min(1)
          .max(32)
          .optional()
          .meta(key({ description: 'Name of the shift. Default: every shift.', restart: 'process', example: 'Early' })),
        product: z
          .string()
          .min(1)
          .max(64)
          .optional()
          .meta(
            key({
              description: 'Code of the product. Default: all products together.',
              restart: 'process',
              example: '4006381333931',
            }),
          ),
        count: z
          .int()
          .min(1)
          .meta(key({ description: 'Products that are planned for the shift.', restart: 'process', example: 12_000 })),
      }),
    )
    .default([])
    .meta(key({ description: 'What is planned, by shift and product.', restart: 'process' })),
  planFrom: z
    .strictObject({
      url: secret('url', exchangeProblem).meta(
        key({
          description:
            'Where a plan is read from: a file (`file:/PATH.csv`, `file:/PATH.json`) or an address that answers GET with either. What it plans for a day, shift and product goes before `plan`.',
          restart: 'process',
          example: 'https://line:${file:/etc/lineside/secrets/mes}@mes.example/plan/line-1',
        }),
      ),
      every: duration()
        .prefault('1m')
        .meta(key({ description: 'How often it is looked at.', unit: 'duration', restart: 'process', example: '10s' })),
    })
    .optional()
    .meta(key({ description: 'A plan that another program writes or serves.', restart: 'process' })),
  actualsTo: z
    .array(
      z.strictObject({
        url: secret('url', exchangeProblem).meta(
          key({
            description:
              'The destination of what was made in each shift: a file (`file:/PATH.csv`, `file:/PATH.json`), replaced completely, or an address that takes POST.',
            restart: 'process',
            example: 'file:/var/lib/lineside/actuals.csv',
          }),
        ),
        every: duration()
          .prefault('1m')
          .meta(
            key({
              description: 'How often it is written where something changed.',
              unit: 'duration',
              restart: 'process',
              example: '5m',
            }),
          ),
      }),
    )
    .max(4)
    .default([])
    .meta(key({ description: 'Who gets what was made, by shift and product.', restart: 'process' })),
});
