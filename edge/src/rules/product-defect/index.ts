/**
 * A product with a defect, without a part, with a wrong part, or with an unusual look, in several of the frames that show
 * it while it passes the camera.
 */
import { defineRule, labelColours } from '../define-rule.ts';
import { ProductDefectJudge } from './judge.ts';
import { OPTIONS, PRODUCT_LABELS } from './options.ts';
import { labelsOf } from './parts.ts';
import { WORDS } from './words.ts';

export const productDefect = defineRule({
  type: 'product_defect',
  kind: 'quality_issue',
  judgesPieces: true,
  words: WORDS,
  options: OPTIONS,
  labelsRequired: ({ parts, anomalyModel }) => parts.length === 0 && anomalyModel === undefined,
  moreLabels: ({ productLabels, parts }) => [
    { option: 'productLabels', labels: productLabels, defaults: PRODUCT_LABELS, required: parts.length > 0 },
    ...parts.map((part) => ({ option: 'parts', labels: labelsOf(part), defaults: [], required: true })),
    ...parts.map(({ wrong = [] }) => ({ option: 'parts', labels: wrong, defaults: [] })),
  ],
  // The judge's own votes decide; one frame with their verdict opens the event.
  timing: () => ({ minSightings: 1, minFraction: 0, minDurationMs: 0 }),
  colours: ({ productLabels, labels, parts }) => ({
    ...labelColours([...productLabels, ...parts.flatMap(labelsOf)], 'good'),
    ...labelColours([...labels, ...parts.flatMap(({ wrong = [] }) => wrong)], 'bad'),
  }),
  judge: (setup) => new ProductDefectJudge(setup),
});
