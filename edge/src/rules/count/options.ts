import { z } from 'zod';
import { key } from '../../fields/index.ts';
import { lineOption } from '../crossing/index.ts';
import { ruleOptions } from '../rule-options.ts';

export const OPTIONS = ruleOptions(
  'count',
  {
    model: 'defect',
    severity: 'info',
    labels: ['product'],
    labelsAre: 'Labels of what is counted; each has a count of its own.',
    minDuration: '0s',
    clearAfter: '10s',
    coolDown: '0s',
    maxUnobserved: '1m',
  },
  {
    line: lineOption(),
    reversal: z
      .enum(['subtract', 'separate'])
      .default('subtract')
      .meta(
        key({
          description:
            'What becomes of a product that crosses backward: it is subtracted from the count, or counted apart.',
          restart: 'rule',
          example: 'separate',
        }),
      ),
  },
);
export type CountOptions = z.output<typeof OPTIONS>;
