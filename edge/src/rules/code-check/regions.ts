import type { Box, PictureSize, RegionToRead } from '../../domain/index.ts';
import { SYMBOLOGIES } from '../../codes/index.ts';
import type { FieldOptions } from './field-options.ts';

/** A region may be cut off at the edge of the frame by this fraction of itself. */
const CUT_OFF = 0.05;

/** The regions of one product that its fields need, each once; `regionOf` says which one a field has. */
export interface Regions {
  readonly regions: readonly RegionToRead[];
  /** The frame shows all of them completely. */
  readonly inView: boolean;
}

/** The name of the region of a field: fields with the same region are read together. */
export function regionName({ of, region }: FieldOptions): string {
  return `${of} ${region.join(' ')}`;
}

/** What is to be read of the product at `box`, in pixels of the source frame. */
export function regionsOf(fields: readonly FieldOptions[], box: Box, frame: PictureSize): Regions {
  const byName = Map.groupBy(fields, regionName);
  const regions = [...byName].flatMap(([name, here]): RegionToRead[] => {
    const [first] = here;
    if (first === undefined) return [];
    const codes = symbologiesOf(here);
    return [{ name, box: placed(first, box, frame), ...(codes === undefined ? {} : { codes }), text: needsText(here) }];
  });
  return { regions, inView: regions.every((region) => isInside(region.box, frame)) };
}

function placed({ of, region: [left, top, right, bottom] }: FieldOptions, box: Box, frame: PictureSize): Box {
  const [x1, y1, x2, y2] = of === 'picture' ? [0, 0, frame.width, frame.height] : box;
  const [width, height] = [x2 - x1, y2 - y1];
  return [x1 + left * width, y1 + top * height, x1 + right * width, y1 + bottom * height];
}

/** Symbologies that the fields look for; undefined where none looks for a code. A label is found by any code. */
function symbologiesOf(fields: readonly FieldOptions[]): readonly string[] | undefined {
  const wanted = fields.filter(({ kind }) => kind === 'code' || kind === 'label');
  if (wanted.length === 0) return undefined;
  const codes = wanted.filter(({ kind }) => kind === 'code');
  const named = codes.length > 0 && codes.every(({ symbologies }) => symbologies !== undefined);
  return named ? [...new Set(codes.flatMap(({ symbologies = [] }) => symbologies))] : SYMBOLOGIES;
}

/** A label whose place is asked for is found by its print where no field reads a code in its region. */
function needsText(fields: readonly FieldOptions[]): boolean {
  const hasCode = fields.some(({ kind }) => kind === 'code');
  return fields.some(({ kind, place, angle }) => {
    if (kind === 'label') return !hasCode && (place ?? angle) !== undefined;
    return kind !== 'code';
  });
}

function isInside([x1, y1, x2, y2]: Box, { width, height }: PictureSize): boolean {
  const inside = (from: number, to: number, size: number): number =>
    Math.max(0, Math.min(to, size) - Math.max(from, 0));
  const seen = inside(x1, x2, width) * inside(y1, y2, height);
  return seen >= (1 - CUT_OFF) * (x2 - x1) * (y2 - y1);
}
