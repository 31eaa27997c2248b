/**
 * A product on which a defect is seen in several frames while it passes the camera.
 */
import { defineRule, labelColours } from '../define-rule.ts';
import { ProductDefectJudge } from './judge.ts';
import { OPTIONS, PRODUCT_LABELS } from './options.ts';
import { WORDS } from './words.ts';

export const productDefect = defineRule({
  type: 'product_defect',
  kind: 'quality_issue',
  words: WORDS,
  options: OPTIONS,
  moreLabels: ({ productLabels }) => [{ option: 'productLabels', labels: productLabels, defaults: PRODUCT_LABELS }],
  timing: ({ minSightings }) => ({ minSightings, minFraction: 0 }),
  colours: ({ productLabels, labels }) => ({ ...labelColours(productLabels, 'good'), ...labelColours(labels, 'bad') }),
  judge: (setup) => new ProductDefectJudge(setup),
});
