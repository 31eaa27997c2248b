import type { Box } from '../../domain/index.ts';
import { BODY_PARTS, type PpeOptions } from './options.ts';

type BodyPart = (typeof BODY_PARTS)[number];
type Fractions = readonly [x1: number, y1: number, x2: number, y2: number];

/** One garment that is required, with everything that its configuration leaves out. */
export interface Garment {
  readonly id: string;
  readonly model: string;
  readonly present: readonly string[];
  readonly absent: readonly string[];
  /** Labels of the body part. */
  readonly visible: readonly string[];
  /** Part of the box of the person, in fractions of it; hands can be beside the box. */
  readonly region: Fractions;
  /** Whether a person has several of it, such as hands. */
  readonly isSeveral: boolean;
  /** Which labels the configuration names. */
  readonly named: { readonly present: boolean; readonly absent: boolean };
}

const REGIONS: Readonly<Record<BodyPart, Fractions>> = {
  head: [0, 0, 1, 1 / 3],
  face: [0, 0, 1, 0.35],
  hands: [-0.25, 0.2, 1.25, 0.9],
  torso: [0, 0.1, 1, 0.75],
  body: [0, 0, 1, 1],
};

/** Where garments of these names are, where the configuration does not say it. */
const USUAL_PART: Readonly<Record<string, BodyPart>> = {
  ...{ headwear: 'head', hairnet: 'head', helmet: 'head', cap: 'head', mask: 'face', goggles: 'face' },
  ...{ gloves: 'hands', coat: 'torso', vest: 'torso', apron: 'torso' },
};

/** The garments that a rule requires. */
export function garmentsOf({ garments, required, model }: PpeOptions): readonly Garment[] {
  return garments
    .filter(({ id }) => required?.includes(id) ?? true)
    .map((garment) => {
      const { id, present = [id], visible = [], at = USUAL_PART[id] ?? 'body' } = garment;
      return {
        ...{ id, present, visible, model: garment.model ?? model },
        absent: garment.absent ?? (visible.length === 0 ? [`no_${id}`] : []),
        region: typeof at === 'string' ? REGIONS[at] : at,
        isSeveral: at === 'hands',
        named: { present: garment.present !== undefined, absent: garment.absent !== undefined },
      };
    });
}

/** The part of a person's box in which a garment is, in pixels. */
export function regionOf(person: Box, { region }: Garment): Box {
  const [width, height] = [person[2] - person[0], person[3] - person[1]];
  const [x1, y1, x2, y2] = region;
  return [person[0] + x1 * width, person[1] + y1 * height, person[0] + x2 * width, person[1] + y2 * height];
}
