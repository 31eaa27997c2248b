import { z } from 'zod';
import { duration, fraction, id, key, labels } from '../../fields/index.ts';

/** Least fraction of a tile that the next one covers too, where the configuration names none. */
export const TILE_OVERLAP = 0.2;

const Tiles = z.strictObject({
  size: z
    .int()
    .min(32)
    .max(8192)
    .meta(
      key({
        description:
          "Width of a tile in pixels of the camera's frame; its height follows the model's input. With the model's own input width no pixel is scaled.",
        unit: 'pixels',
        restart: 'camera',
        example: 640,
      }),
    ),
  overlap: z
    .number()
    .min(0)
    .max(0.9)
    .default(TILE_OVERLAP)
    .meta(
      key({
        description:
          'Least fraction of a tile that the next tile covers too. It should be at least as wide as the largest of the small objects.',
        unit: 'fraction 0 to 0.9',
        restart: 'camera',
        example: 0.2,
      }),
    ),
});

/** How one model is used on one camera. */
const ModelAssignment = z
  .strictObject({
    id: id().meta(
      key({ description: 'Model: id from the catalog or from `models`.', restart: 'camera', example: 'defect' }),
    ),
    fps: z
      .number()
      .min(0.001)
      .max(60)
      .optional()
      .meta(
        key({
          description:
            'Frames per second that this model inspects, evenly chosen from those of the camera. The others are counted as `not_due`. Without it, every frame.',
          unit: 'frames per second',
          restart: 'camera',
          example: 2,
        }),
      ),
    interval: duration()
      .optional()
      .meta(
        key({
          description: 'The same as a time between two inspections, for models that run seldom.',
          unit: 'duration',
          restart: 'camera',
          example: '30s',
        }),
      ),
    region: z
      .union([id(), z.tuple([fraction(), fraction(), fraction(), fraction()])])
      .optional()
      .meta(
        key({
          description:
            'The model receives only this part of the frame: the bounding box of a zone of this camera, or left, top, right and bottom as fractions.',
          unit: 'zone or fractions 0 to 1',
          restart: 'camera',
          example: [0.1, 0.2, 0.9, 0.8],
        }),
      ),
    tiles: Tiles.optional().meta(
      key({
        description:
          'For small objects in a large frame: the model inspects overlapping tiles one after the other, and their detections are merged. Each tile costs one inference.',
        restart: 'camera',
      }),
    ),
  })
  .meta({ description: 'How one model is used on this camera.' });

/** In the file an id alone, where there is no more to say. */
export const ModelEntry = z.codec(z.union([id(), ModelAssignment]), z.custom<z.output<typeof ModelAssignment>>(), {
  decode: (entry) => (typeof entry === 'string' ? { id: entry } : entry),
  encode: (assignment) => (Object.keys(assignment).length === 1 ? assignment.id : assignment),
});

/** A second stage. */
export const Stage = z
  .strictObject({
    model: id().meta(
      key({
        description: 'Model of the second stage: a classifier, an anomaly model or a detector.',
        restart: 'camera',
        example: 'seal',
      }),
    ),
    source: id().meta(
      key({
        description: "Source model: one of this camera's `models`, whose detections this stage receives as crops.",
        restart: 'camera',
        example: 'defect',
      }),
    ),
    labels: labels()
      .optional()
      .meta(
        key({
          description: 'Labels of the detections that it receives. Without it, all.',
          restart: 'camera',
          example: ['product'],
        }),
      ),
    padding: z
      .number()
      .min(0)
      .max(2)
      .default(0.1)
      .meta(
        key({
          description: "Margin of the crop around a detection's box, as a fraction of the sides of the box.",
          unit: 'fraction',
          restart: 'camera',
          example: 0.1,
        }),
      ),
    maxDetections: z
      .int()
      .min(1)
      .max(256)
      .default(8)
      .meta(
        key({
          description:
            'Most detections inspected per frame, those with the highest scores first. When there are more, the result says `not_all_looked_at`.',
          restart: 'camera',
          example: 8,
        }),
      ),
    refines: z
      .boolean()
      .default(false)
      .meta(
        key({
          description:
            'Its classes correct the labels of the detections that it inspects, before rules receive them: for a classifier with labels of the source model, such as `heads` after `ppe`. One stage of a source model can.',
          restart: 'camera',
          example: true,
        }),
      ),
  })
  .meta({ description: 'A model that inspects the detections of another model, cropped from the frame at full size.' });
