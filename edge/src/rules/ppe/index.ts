/**
 * A person in the zone who does not wear what is required there.
 */
import { defineRule, labelColours } from '../define-rule.ts';
import { type Garment, garmentsOf } from './garments.ts';
import { PpeJudge } from './judge.ts';
import { OPTIONS } from './options.ts';
import { WORDS } from './words.ts';

const has = (garment: Garment, name: 'present' | 'absent'): boolean => garment.named[name];

export const ppe = defineRule({
  type: 'ppe',
  kind: 'personnel_violation',
  words: WORDS,
  options: OPTIONS,
  moreLabels: (options) =>
    garmentsOf(options).flatMap((garment) => {
      const { absent, visible, present, model } = garment;
      return [
        // Without any of these the garment can never be absent.
        {
          ...{ option: 'garments', model, required: true, labels: [...absent, ...visible] },
          defaults: has(garment, 'absent') ? [] : absent,
        },
        {
          ...{ option: 'garments', model, required: false, labels: present },
          defaults: has(garment, 'present') ? [] : present,
        },
      ];
    }),
  occludingLabels: ({ labels }) => labels,
  colours: (options) => {
    const own = garmentsOf(options).filter(({ model }) => model === options.model);
    return {
      ...labelColours(
        own.flatMap(({ present }) => present),
        'good',
      ),
      ...labelColours(
        own.flatMap(({ absent }) => absent),
        'bad',
      ),
    };
  },
  judge: (setup) => new PpeJudge(setup),
});
