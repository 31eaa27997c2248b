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
    countsAs: z
      .enum(['packed', 'marked', 'other'])
      .default('packed')
      .meta(
        key({
          description:
            'What has been done to a product that crosses the line, for the telemetry: its counts are reported as `packed` or `marked` too.',
          restart: 'rule',
          example: 'marked',
        }),
      ),
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
