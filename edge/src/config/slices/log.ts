import { z } from 'zod';
import { key } from '../../fields/index.ts';

export const Log = z.strictObject({
  level: z
    .enum(['debug', 'info', 'warn', 'error', 'silent'])
    .default('info')
    .meta(key({ description: 'Least severe messages that are logged.', restart: 'none', example: 'info' })),
});
