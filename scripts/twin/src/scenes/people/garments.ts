import { Random, type Rgb } from '../../raster/index.ts';
import type { Person } from './person.ts';

/** Garments beside headwear that may be required. */
export const GARMENTS = ['mask', 'gloves', 'coat'] as const;
export type Garment = (typeof GARMENTS)[number];

/** Label of a part that shows a garment, and of one that shows that it is missing. */
export const GARMENT_LABELS: Readonly<Record<Garment, { readonly worn: string; readonly missing: string }>> = {
  mask: { worn: 'mask', missing: 'no_mask' },
  gloves: { worn: 'gloves', missing: 'bare_hand' },
  coat: { worn: 'coat', missing: 'no_coat' },
};

/** The person in all garments but those of `without`. What they wear besides is decided by `seed`. */
export function dressed(person: Person, without: readonly Garment[], ...seed: readonly (number | string)[]): Person {
  const random = new Random('garments', ...seed);
  const mask = random.pick<Rgb>([
    [158, 200, 226],
    [238, 240, 242],
    [150, 206, 186],
  ]);
  const gloves = random.pick<Rgb>([
    [70, 120, 214],
    [230, 234, 238],
    [110, 190, 220],
  ]);
  const shirt = random.pick<Rgb>([
    [168, 52, 60],
    [60, 60, 70],
    [70, 110, 80],
    [196, 170, 60],
  ]);
  const withoutCoat = without.includes('coat');
  return {
    ...person,
    mask: without.includes('mask') ? undefined : mask,
    gloves: without.includes('gloves') ? undefined : gloves,
    coat: withoutCoat ? shirt : person.coat,
    apron: withoutCoat ? undefined : person.apron,
    beard: without.includes('mask') ? person.beard : false,
    withoutCoat,
    detailed: true,
  };
}
