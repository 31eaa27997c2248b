import { type Camera, DOTS, FINE, HATCH, type Pen, type Random, SPECKLE, WEAVE } from '../raster/index.ts';

/** What a style may be used for. Judging with a style that a model was trained on says nothing about its pen. */
export type StyleUse = 'training' | 'judging';

export interface Style {
  readonly use: StyleUse;
  /** One sentence for `--help` and the documents. */
  readonly about: string;
  /** Draws one pen of this style; `undefined` draws as the scenes are designed. */
  readonly pen?: (random: Random) => Partial<Pen>;
  readonly camera?: (random: Random) => Partial<Camera>;
  /** Fraction of pictures whose backdrop is changed. */
  readonly overlaid?: number;
}

const dark = (random: Random): Pen['outline'] => ({
  width: random.between(0.8, 2.2),
  colour: [random.between(8, 40), random.between(8, 36), random.between(8, 48)],
  alpha: random.between(0.7, 1),
});

/** Every style by its name. `plain` is what scenes look like when no style is named. */
export const STYLES = {
  plain: { use: 'training', about: 'as the scenes are designed: soft shading, no outlines' },
  ink: {
    use: 'training',
    about: 'dark outlines, nearly flat colours, a slightly unsteady hand',
    overlaid: 0.4,
    pen: (random) => ({
      outline: dark(random),
      shading: random.between(0, 0.5),
      saturation: random.between(0.8, 1.4),
      hue: random.around(0, 8),
      wobble: random.between(0, 1.2),
      headSize: random.between(0.92, 1.16),
    }),
  },
  poster: {
    use: 'training',
    about: 'few, strong colours without shading',
    overlaid: 0.5,
    pen: (random) => ({
      levels: random.integer(4, 7),
      shading: random.between(0, 0.7),
      texture: 0,
      saturation: random.between(1.1, 1.7),
      hue: random.around(0, 7),
      slimness: random.between(0.88, 1.14),
    }),
  },
  clay: {
    use: 'training',
    about: 'rough, heavily shaded, stout',
    overlaid: 0.3,
    pen: (random) => ({
      shading: random.between(1.3, 1.9),
      grain: random.between(10, 26),
      tile: random.pick([FINE, SPECKLE]),
      saturation: random.between(0.5, 0.95),
      slimness: random.between(1, 1.22),
      headSize: random.between(1, 1.2),
      wobble: random.between(0.4, 1.6),
    }),
  },
  pastel: {
    use: 'training',
    about: 'pale, washed out, soft lens',
    overlaid: 0.5,
    pen: (random) => ({
      tint: [random.between(190, 245), random.between(190, 240), random.between(190, 240)],
      tinted: random.between(0.25, 0.5),
      shading: random.between(0.5, 1),
      saturation: random.between(0.6, 1),
    }),
    camera: (random) => ({ blur: random.pick([0, 1, 1]), chroma: random.between(0, 3) }),
  },
  print: {
    use: 'training',
    about: 'dots of a printed picture, thin coloured outlines',
    overlaid: 0.3,
    pen: (random) => ({
      tile: DOTS,
      grain: random.between(16, 44),
      hue: random.around(0, 10),
      outline: { width: 0.7, colour: [70, 40, 90], alpha: 0.7 },
      slimness: random.between(0.9, 1.08),
    }),
  },
  sketch: {
    use: 'judging',
    about: 'pencil: grey, hatched, wavering outlines',
    overlaid: 0.5,
    pen: (random) => ({
      tile: HATCH,
      grain: random.between(14, 34),
      saturation: random.between(0.1, 0.5),
      shading: random.between(0.6, 1.2),
      outline: { width: random.between(0.5, 1.4), colour: [58, 56, 60], alpha: random.between(0.5, 0.9) },
      wobble: random.between(0.8, 2),
      slimness: random.between(0.86, 1.06),
      headSize: random.between(0.9, 1.1),
    }),
  },
  gloss: {
    use: 'judging',
    about: 'shiny plastic: hard light, saturated, slender',
    overlaid: 0.4,
    pen: (random) => ({
      shading: random.between(1.6, 2.4),
      texture: 0.2,
      saturation: random.between(1.15, 1.5),
      hue: random.around(0, 10),
      slimness: random.between(0.8, 0.95),
      headSize: random.between(0.88, 1),
    }),
    camera: (random) => ({ vignette: random.between(0, 0.4) }),
  },
  fabric: {
    use: 'judging',
    about: 'woven texture, light outlines, warm',
    overlaid: 0.5,
    pen: (random) => ({
      tile: WEAVE,
      grain: random.between(12, 30),
      tint: [214, 176, 130],
      tinted: random.between(0.08, 0.25),
      outline: { width: random.between(0.8, 1.6), colour: [226, 214, 196], alpha: 0.8 },
      wobble: random.between(0, 1),
      slimness: random.between(0.95, 1.15),
    }),
  },
  cctv: {
    use: 'judging',
    about: 'an old camera: faded, noisy, blocky, dark in the corners',
    overlaid: 0.3,
    pen: (random) => ({ saturation: random.between(0.2, 0.6), shading: random.between(0.9, 1.4) }),
    camera: (random) => ({
      blur: random.pick([0, 1, 1]),
      vignette: random.between(0.2, 0.55),
      chroma: random.between(4, 10),
      blocks: random.between(0.1, 0.4),
    }),
  },
} as const satisfies Readonly<Record<string, Style>>;

export type StyleName = keyof typeof STYLES;
export const STYLE_NAMES = Object.keys(STYLES) as [StyleName, ...StyleName[]];
