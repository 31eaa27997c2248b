import { z } from 'zod';
import { duration, fraction, id, key, labels } from '../../fields/index.ts';

/** What of people and places is covered in pictures and clips. */
export const Privacy = z.strictObject({
  masks: z
    .array(
      z
        .array(z.tuple([fraction(), fraction()]))
        .min(3)
        .max(64),
    )
    .default([])
    .meta(
      key({
        description:
          'Parts of the picture that are filled with grey: each a polygon with its corners as fractions of the frame. Models still inspect them.',
        unit: 'fractions 0 to 1',
        restart: 'camera',
        example: [
          [
            [0.7, 0],
            [1, 0],
            [1, 0.4],
            [0.7, 0.4],
          ],
        ],
      }),
    ),
  blur: z
    .enum(['none', 'heads', 'persons'])
    .default('none')
    .meta(
      key({
        description:
          'What is made unrecognisable of people: their heads, or all of them. It needs a `model` on this camera that detects them. A person without a detected head is covered completely. A frame that the model did not inspect, or in a picture that is dark, overexposed, covered or blurred, is covered completely.',
        restart: 'camera',
        example: 'heads',
      }),
    ),
  model: id()
    .default('ppe')
    .meta(
      key({
        description: "Model whose detections say where people are: one of this camera's `models`, without a `region`.",
        restart: 'camera',
        example: 'ppe',
      }),
    ),
  headLabels: labels()
    .default(['headwear', 'bare_head'])
    .meta(
      key({ description: 'Labels of that model that are heads.', restart: 'camera', example: ['headwear', 'face'] }),
    ),
  personLabels: labels()
    .default(['person'])
    .meta(key({ description: 'Labels of that model that are persons.', restart: 'camera', example: ['person'] })),
  margin: z
    .number()
    .min(0)
    .max(2)
    .default(0.3)
    .meta(
      key({
        description: 'How far the covered area reaches beyond the box, as a fraction of the sides of the box.',
        unit: 'fraction',
        restart: 'camera',
        example: 0.3,
      }),
    ),
  hold: duration()
    .prefault('2s')
    .meta(
      key({
        description:
          'How long a person stays covered who is not detected any more, where they were and where they were going.',
        unit: 'duration',
        restart: 'camera',
        example: '2s',
      }),
    ),
});
