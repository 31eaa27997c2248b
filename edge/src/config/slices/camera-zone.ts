import { z } from 'zod';
import { fraction, id, key } from '../../fields/index.ts';

/** A part of the frame to which rules can be limited. */
export const Zone = z.strictObject({
  id: id().meta(key({ description: 'Name of the zone, unique within its camera.', restart: 'rule', example: 'belt' })),
  polygon: z
    .array(z.tuple([fraction(), fraction()]))
    .min(3)
    .max(64)
    .meta(
      key({
        description:
          'Corners as fractions of the frame: 0,0 is top left, 1,1 is bottom right. A change of resolution does not move the zone. A change restarts the rules that use the zone, and the camera where a model has the zone as its region.',
        unit: 'fractions 0 to 1',
        restart: 'rule',
        example: [
          [0.1, 0.2],
          [0.9, 0.2],
          [0.9, 0.95],
        ],
      }),
    ),
  areaM2: z
    .number()
    .positive()
    .max(1e6)
    .optional()
    .meta(
      key({
        description:
          'Area of the floor that the zone shows, for rules that report areas. What is far away looks smaller, so the areas are estimates.',
        unit: 'square metres',
        restart: 'rule',
        example: 24,
      }),
    ),
});
