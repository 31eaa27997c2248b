import { hsv, mix, type Random, type Rgb, vary } from '../../raster/index.ts';

export const HEADWEAR = ['hairnet', 'cap', 'helmet'] as const;
export type Headwear = (typeof HEADWEAR)[number];

/** Appearance of a person; constant while they are in the hall. Lengths are fractions of body height. */
export interface Person {
  readonly objectId: string;
  readonly headwear: Headwear | undefined;
  readonly headwearColour: Rgb;
  readonly build: number;
  readonly tallness: number;
  readonly skin: Rgb;
  readonly hair: Rgb;
  readonly hairStyle: 'short' | 'long' | 'bun' | 'curly' | 'thin';
  readonly coat: Rgb;
  /** Height of the coat's hem above the floor. */
  readonly hem: number;
  readonly trousers: Rgb;
  readonly shoes: Rgb;
  readonly gloves: Rgb | undefined;
  readonly mask: Rgb | undefined;
  readonly beard: boolean;
  readonly apron: Rgb | undefined;
  readonly stride: number;
  /** In a shirt, with bare forearms. */
  readonly withoutCoat?: boolean;
  /** Each garment is a part with a label of its own in the truth. */
  readonly detailed?: boolean;
}

/** Where somebody is at a moment and what they do. */
export interface Pose {
  /** Feet, in units. */
  readonly x: number;
  readonly y: number;
  /** Body height in units at this depth, for a person of average height. */
  readonly size: number;
  /** 0 towards the camera, 1 to the right, -1 to the left, 2 away from the camera. */
  readonly facing: 0 | 1 | -1 | 2;
  /** Walk cycle in radians; arms and legs swing with it. */
  readonly phase: number;
  /** 0 stands, 1 walks at full swing. */
  readonly swing: number;
  /** 0 arms hang, 1 hands on the table. */
  readonly reach: number;
}

const SKINS: readonly [Rgb, ...Rgb[]] = [
  [244, 212, 188],
  [230, 190, 158],
  [206, 160, 124],
  [172, 124, 90],
  [126, 86, 60],
  [88, 60, 44],
];
const HAIRS: readonly [Rgb, ...Rgb[]] = [
  [28, 22, 20],
  [44, 30, 22],
  [74, 48, 30],
  [112, 74, 42],
  [166, 120, 66],
  [206, 172, 112],
  [140, 62, 30],
  [120, 116, 112],
];
const COATS: readonly [Rgb, ...Rgb[]] = [
  [234, 236, 238],
  [226, 230, 236],
  [176, 204, 226],
  [92, 142, 196],
  [112, 168, 132],
  [48, 66, 106],
  [150, 154, 160],
  [214, 196, 150],
  [186, 62, 58],
];

const NETS: readonly [Rgb, ...Rgb[]] = [
  [238, 242, 246],
  [232, 240, 248],
  [172, 212, 240],
  [176, 226, 196],
];
const CAPS: readonly [Rgb, ...Rgb[]] = [
  [236, 238, 240],
  [40, 84, 168],
  [186, 40, 40],
  [36, 120, 74],
  [60, 64, 76],
  [226, 160, 40],
];
const HELMETS: readonly [Rgb, ...Rgb[]] = [
  [246, 206, 40],
  [244, 244, 240],
  [236, 116, 30],
  [36, 96, 190],
  [206, 40, 40],
  [64, 160, 80],
];

function headwearColour(random: Random, kind: Headwear | undefined): Rgb {
  if (kind === 'cap') return vary(random, random.pick(CAPS), 8);
  if (kind === 'helmet') return vary(random, random.pick(HELMETS), 6);
  return vary(random, random.pick(NETS), 5);
}

/** Draws one person's appearance. */
export function makePerson(random: Random, objectId: string, headwear: Headwear | undefined): Person {
  const skinTone = random.next() * (SKINS.length - 1);
  const low = SKINS[Math.floor(skinTone)] ?? SKINS[0];
  const skin = vary(random, mix(low, SKINS[Math.ceil(skinTone)] ?? low, skinTone % 1), 6);
  const odd = random.chance(0.12);
  return {
    objectId,
    headwear,
    headwearColour: headwearColour(random, headwear),
    build: random.between(0.86, 1.24),
    tallness: random.between(0.91, 1.08),
    skin,
    hair: vary(random, random.pick(HAIRS), 8),
    hairStyle: random.pick(['short', 'short', 'long', 'bun', 'curly', 'thin']),
    coat: odd
      ? hsv(random.between(0, 360), random.between(0.3, 0.7), random.between(0.4, 0.9))
      : vary(random, random.pick(COATS), 7),
    hem: random.pick([0.27, 0.3, 0.44]),
    trousers: vary(
      random,
      random.pick<Rgb>([
        [52, 58, 72],
        [226, 228, 230],
        [70, 92, 128],
        [60, 60, 60],
        [96, 88, 78],
      ]),
      8,
    ),
    shoes: random.pick<Rgb>([
      [232, 232, 230],
      [30, 30, 32],
      [70, 74, 80],
      [216, 222, 226],
    ]),
    gloves: random.chance(0.55)
      ? random.pick<Rgb>([
          [70, 120, 214],
          [230, 234, 238],
          [110, 190, 220],
          [40, 40, 44],
        ])
      : undefined,
    mask: random.chance(0.3)
      ? random.pick<Rgb>([
          [158, 200, 226],
          [238, 240, 242],
          [150, 206, 186],
        ])
      : undefined,
    beard: random.chance(0.15),
    apron: random.chance(0.2)
      ? random.pick<Rgb>([
          [240, 242, 244],
          [60, 110, 180],
          [76, 84, 92],
        ])
      : undefined,
    stride: random.between(0.9, 1.15),
  };
}
