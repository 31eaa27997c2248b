import { z } from 'zod';
import { fraction, id, key, labels } from '../../fields/index.ts';
import { ruleOptions } from '../rule-options.ts';

/** Where on a person a garment is: names of parts of the body. */
export const BODY_PARTS = ['head', 'face', 'hands', 'torso', 'body'] as const;

const Garment = z
  .strictObject({
    id: id().meta(
      key({
        description:
          'Name of the garment in the details of events: headwear, hairnet, mask, gloves, coat or any other.',
        restart: 'rule',
        example: 'mask',
      }),
    ),
    present: labels()
      .optional()
      .meta(
        key({
          description: 'Labels of the model that show the garment. Default: its name.',
          restart: 'rule',
          example: ['mask', 'with_mask'],
        }),
      ),
    absent: labels()
      .optional()
      .meta(
        key({
          description:
            'Labels of the model that show that the garment is not worn. Default: its name with `no_` in front; none where `visible` is given.',
          restart: 'rule',
          example: ['no_mask'],
        }),
      ),
    visible: labels()
      .optional()
      .meta(
        key({
          description:
            'For a model without a label for the absence: labels of the body part itself (`face`, `hand`). Where one is detected without the garment, the garment is absent. With a label of the person the part of the body must be inside the picture, with nobody in front.',
          restart: 'rule',
          example: ['face'],
        }),
      ),
    at: z
      .union([z.enum(BODY_PARTS), z.tuple([fraction(), fraction(), fraction(), fraction()])])
      .optional()
      .meta(
        key({
          description:
            'Part of the body at which it is: `head`, `face`, `hands`, `torso`, `body`, or left, top, right and bottom as fractions of the box of the person. Default: by the name of the garment, else `body`.',
          restart: 'rule',
          example: 'face',
        }),
      ),
    model: id()
      .optional()
      .meta(
        key({
          description: 'Model that detects it, one of those of the camera. Default: the `model` of the rule.',
          restart: 'rule',
          example: 'masks',
        }),
      ),
  })
  .meta({ description: 'One garment, and the labels by which a model shows it.' });

const HEADWEAR = { id: 'headwear', present: ['headwear'], absent: ['bare_head'] };

export const OPTIONS = ruleOptions(
  'ppe',
  {
    model: 'ppe',
    labels: ['person'],
    labelsAre: 'Labels of a person.',
    minDuration: '5s',
    clearAfter: '5s',
    coolDown: '5s',
    maxUnobserved: '5m',
  },
  {
    garments: z
      .array(Garment)
      .min(1)
      .max(16)
      .default([HEADWEAR])
      .meta(
        key({
          description: 'Garments that the models of the camera can detect.',
          restart: 'rule',
          example: [{ id: 'mask', present: ['mask'], absent: ['no_mask'], at: 'face' }],
        }),
      ),
    required: z
      .array(id())
      .min(1)
      .optional()
      .meta(
        key({
          description: 'Names of the garments that must be worn in the zone. Default: all of `garments`.',
          restart: 'rule',
          example: ['headwear', 'mask'],
        }),
      ),
  },
).superRefine(({ garments, required = [] }, context) => {
  for (const [i, name] of required.entries()) {
    if (garments.some(({ id: known }) => known === name)) continue;
    const known = garments.map(({ id: one }) => one).join(', ');
    const message = `must be one of the garments of the rule: ${known}`;
    context.addIssue({ code: 'custom', message, path: ['required', i], input: name });
  }
});
export type PpeOptions = z.output<typeof OPTIONS>;
