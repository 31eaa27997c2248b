import type { PackPrint, SymbolKind } from '../../printing/index.ts';
import { hsv, type Random, type Rgb, shade, vary } from '../../raster/index.ts';

export const DEFECTS = ['crack', 'stain', 'torn_label', 'dent', 'missing_cap'] as const;
export type DefectKind = (typeof DEFECTS)[number];

/** One product as it stands on the belt. Lengths in picture units (640 x 360), y upwards from its foot. */
export interface Bottle {
  readonly objectId: string;
  readonly half: number;
  readonly height: number;
  /** Half widths (fraction of `half`) at heights (fraction of `height`), bottom to top. */
  readonly profile: readonly (readonly [number, number])[];
  readonly body: Rgb;
  /** 1 opaque plastic; lower lets the wall shine through. */
  readonly opacity: number;
  readonly fill: { readonly colour: Rgb; readonly level: number } | undefined;
  readonly label: Label | undefined;
  readonly cap: { readonly colour: Rgb; readonly style: 'ribbed' | 'plain' | 'sport'; readonly height: number };
  readonly lean: number;
  readonly defect: Defect | undefined;
  /** A carton: flat in front. */
  readonly flat?: boolean;
  readonly print?: { readonly pack: PackPrint; readonly symbol: SymbolKind; readonly glare: number };
}

export interface Label {
  readonly from: number;
  readonly to: number;
  readonly ground: Rgb;
  readonly ink: Rgb;
  readonly style: 'bands' | 'badge' | 'lines' | 'plain';
}

export interface Defect {
  readonly kind: DefectKind;
  readonly seed: number;
}

const SHAPES: readonly [Bottle['profile'], ...Bottle['profile'][]] = [
  [
    [0.9, 0],
    [1, 0.03],
    [1, 0.3],
    [1, 0.56],
    [0.93, 0.64],
    [0.62, 0.76],
    [0.38, 0.84],
    [0.36, 1],
  ],
  [
    [0.92, 0],
    [1, 0.04],
    [1, 0.4],
    [1, 0.78],
    [0.93, 0.85],
    [0.7, 0.9],
    [0.66, 1],
  ],
  [
    [0.88, 0],
    [1, 0.03],
    [1, 0.25],
    [0.98, 0.45],
    [0.74, 0.6],
    [0.42, 0.74],
    [0.36, 1],
  ],
  [
    [0.74, 0],
    [0.98, 0.08],
    [1, 0.25],
    [0.97, 0.45],
    [0.84, 0.62],
    [0.52, 0.77],
    [0.37, 0.85],
    [0.36, 1],
  ],
  [
    [0.93, 0],
    [1, 0.05],
    [0.94, 0.2],
    [0.82, 0.36],
    [0.95, 0.55],
    [0.95, 0.62],
    [0.64, 0.76],
    [0.39, 0.85],
    [0.38, 1],
  ],
];

const CAPS: readonly [Rgb, ...Rgb[]] = [
  [225, 225, 228],
  [190, 32, 36],
  [28, 78, 168],
  [34, 120, 62],
  [226, 170, 28],
  [42, 42, 46],
  [222, 110, 30],
  [110, 52, 130],
];

function bodyColour(random: Random): { body: Rgb; opacity: number } {
  const kind = random.next();
  if (kind < 0.24) return { body: vary(random, [232, 232, 226], 8), opacity: 1 };
  if (kind < 0.4) return { body: vary(random, [150, 92, 36], 14), opacity: 0.85 };
  if (kind < 0.56) return { body: vary(random, [52, 118, 66], 14), opacity: 0.82 };
  if (kind < 0.76) return { body: vary(random, [186, 208, 214], 10), opacity: 0.62 };
  return { body: hsv(random.between(0, 360), random.between(0.35, 0.75), random.between(0.55, 0.95)), opacity: 1 };
}

function labelFor(random: Random, shape: Bottle['profile']): Label | undefined {
  if (random.chance(0.06)) return undefined;
  const top = shape[1]?.[1] === 0.04 ? 0.72 : 0.54;
  const from = random.between(0.1, 0.2);
  const light = random.chance(0.6);
  const hue = random.between(0, 360);
  const ground = light
    ? vary(random, [238, 236, 226], 8)
    : hsv(hue, random.between(0.4, 0.85), random.between(0.45, 0.9));
  const ink = light ? hsv(hue, random.between(0.5, 0.9), random.between(0.3, 0.75)) : vary(random, [240, 236, 222], 8);
  return {
    from,
    to: random.between(Math.min(top - 0.06, from + 0.24), top),
    ground,
    ink,
    style: random.pick(['bands', 'badge', 'lines', 'plain']),
  };
}

/** Draws one product's appearance from `random`; the same generator state gives the same bottle. */
export function makeBottle(random: Random, objectId: string, defect: DefectKind | undefined): Bottle {
  const profile = random.pick(SHAPES);
  const { body, opacity } = bodyColour(random);
  const drink = random.pick<Rgb>([
    [236, 222, 190],
    [222, 130, 36],
    [176, 42, 38],
    [70, 40, 26],
    [226, 200, 70],
    [120, 170, 70],
  ]);
  let label = labelFor(random, profile);
  if (defect === 'torn_label')
    label ??= { from: 0.14, to: 0.5, ground: [238, 236, 226], ink: shade(drink, 0.7), style: 'bands' };
  return {
    objectId,
    half: random.between(27, 42),
    height: random.between(148, 205),
    profile,
    body,
    opacity,
    fill: opacity < 1 ? { colour: vary(random, drink, 10), level: random.between(0.6, 0.74) } : undefined,
    label,
    cap: {
      colour: vary(random, random.pick(CAPS), 8),
      style: random.pick(['ribbed', 'ribbed', 'plain', 'sport']),
      height: random.between(0.1, 0.13),
    },
    lean: random.around(0, 0.006),
    defect: defect ? { kind: defect, seed: random.integer(0, 1 << 30) } : undefined,
  };
}

/** The next bottle of the same product: as `like`, with what differs from piece to piece on a real line. */
export function nextOfProduct(like: Bottle, random: Random, objectId: string, defect: DefectKind | undefined): Bottle {
  const shift = random.between(-0.006, 0.006);
  const { label, fill } = like;
  return {
    ...like,
    objectId,
    body: vary(random, like.body, 3),
    lean: random.around(0, 0.006),
    ...(label && { label: { ...label, from: label.from + shift, to: label.to + shift } }),
    ...(fill && { fill: { ...fill, level: fill.level + random.between(-0.01, 0.01) } }),
    defect: defect ? { kind: defect, seed: random.integer(0, 1 << 30) } : undefined,
  };
}

/** Half width in picture units at a height fraction, by the profile's straight pieces smoothed at the corners. */
export function halfAt(bottle: Bottle, level: number): number {
  const soft = 0.018;
  return (pieceAt(bottle, level - soft) + 2 * pieceAt(bottle, level) + pieceAt(bottle, level + soft)) / 4;
}

function pieceAt(bottle: Bottle, level: number): number {
  let [width, height] = bottle.profile[0] ?? [1, 0];
  for (const [nextWidth, nextHeight] of bottle.profile) {
    if (level <= nextHeight && nextHeight > height) {
      const t = Math.max(0, (level - height) / (nextHeight - height));
      return bottle.half * (width + (nextWidth - width) * t);
    }
    [width, height] = [nextWidth, nextHeight];
  }
  return bottle.half * width;
}

const CARTON: Bottle['profile'] = [
  [1, 0],
  [1, 0.4],
  [1, 0.8],
  [0.72, 0.92],
  [0.4, 0.94],
  [0.36, 1],
];

/** The product whose packs are printed: straight sides and a label as large as they allow. */
export function printedProduct(random: Random, packs: 'bottles' | 'cartons'): Bottle {
  const flat = packs === 'cartons';
  const hue = random.between(0, 360);
  const base = makeBottle(random, 'product', undefined);
  return {
    ...base,
    half: 42,
    height: 200,
    profile: flat ? CARTON : (SHAPES[1] ?? SHAPES[0]),
    body: hsv(hue, random.between(0.3, 0.6), random.between(0.6, 0.9)),
    opacity: 1,
    fill: undefined,
    label: {
      from: flat ? 0.03 : 0.05,
      to: flat ? 0.78 : 0.74,
      ground: hsv(hue + 150, 0.35, 0.85),
      ink: hsv(hue, 0.8, 0.4),
      style: 'plain',
    },
    flat,
  };
}

/** The part of the label that is printed on the line, in units about the bottle's foot. */
export function printArea({ half, height, flat }: Bottle): {
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
} {
  // On a round bottle the rim turns away.
  const reach = half * (flat === true ? 0.9 : 0.72);
  const [top, tall] = flat === true ? [0.75, 0.7] : [0.7, 0.62];
  return { x: -reach, y: -top * height, width: 2 * reach, height: tall * height };
}
