import type { z } from 'zod';
import { fraction, key, labels } from '../../fields/index.ts';
import { ruleOptions } from '../rule-options.ts';

const IGNORE_ON = ['person'];

export const OPTIONS = ruleOptions(
  'spill',
  {
    model: 'sanitation',
    labels: ['spill', 'litter'],
    labelsAre: 'Labels of what must not lie in the zone.',
    minDuration: '10s',
    clearAfter: '30s',
    coolDown: '5s',
    maxUnobserved: '30m',
    // About 10 by 10 pixels of a picture of 1280 by 720, and most of the picture: both are more often wrong than not.
    minSize: 0.0001,
    maxSize: 0.6,
  },
  {
    minZoneFraction: fraction()
      .default(0.5)
      .meta(
        key({
          description: "Least fraction of the object's box that lies in the zone, or of the zone that the box covers.",
          unit: 'fraction 0 to 1',
          restart: 'rule',
          example: 0.3,
        }),
      ),
    liquidLabels: labels()
      .optional()
      .meta(
        key({
          description: 'Further labels, of liquids. Of the usual names, `spill`, `puddle` and `leak` are liquids.',
          restart: 'rule',
          example: ['water', 'oil'],
        }),
      ),
    scatteredLabels: labels()
      .optional()
      .meta(
        key({
          description: 'Further labels, of scattered goods. Of the usual names, `scatter`, `powder` and `grain` are.',
          restart: 'rule',
          example: ['flour'],
        }),
      ),
    litterLabels: labels()
      .optional()
      .meta(
        key({
          description: 'Further labels, of litter. Of the usual names, `litter`, `trash` and `wrapper` are.',
          restart: 'rule',
          example: ['bottle', 'paper'],
        }),
      ),
    ignoreOn: labels()
      .default([...IGNORE_ON])
      .meta(
        key({
          description:
            'Labels, of any model of the camera, on which nothing counts: a detection that lies on one of them with half of its box is a shoe, or something that is carried.',
          restart: 'rule',
          example: ['person', 'forklift'],
        }),
      ),
  },
);
export type SpillOptions = z.output<typeof OPTIONS>;
