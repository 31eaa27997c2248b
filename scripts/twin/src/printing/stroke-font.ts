import { type Canvas, limb, type Paint } from '../raster/index.ts';

/**
 * Letters as strokes on a grid 4 wide and 6 high, y downwards: each point is x and y in two digits, strokes have a space
 * between them.
 */
const GLYPHS: Readonly<Record<string, string>> = {
  0: '103041453616050110',
  1: '022026',
  2: '01103041420646',
  3: '0110304142334445361605 1333',
  4: '36300444',
  5: '400003334445361605',
  6: '413010010516364544331304',
  7: '004016',
  8: '103041423313020110 331304051636454433',
  9: '051636454130100102133342',
  A: '062046 1434',
  B: '000636454433033342413000',
  C: '4130100105163645',
  D: '00063645413000',
  E: '40000646 0333',
  F: '400006 0333',
  G: '41301001051636454323',
  H: '0006 4046 0343',
  I: '1030 2026 1636',
  J: '4045361605',
  K: '0006 400346',
  L: '000646',
  M: '0600234046',
  N: '06004640',
  O: '103041453616050110',
  P: '06003041423303',
  Q: '103041453616050110 2446',
  R: '06003041423303 2346',
  S: '413010010213334445361605',
  T: '0040 2026',
  U: '000516364540',
  V: '002640',
  W: '0016233640',
  X: '0046 4006',
  Y: '002340 2326',
  Z: '00400646',
  '.': '1616',
  ':': '1212 1515',
  '/': '0640',
  '-': '0343',
  '(': '20111526',
  ')': '20313526',
};

/** Half the width of a stroke, on the grid. */
const PEN = 0.42;
/** From one letter to the next, and from one mark to the next, on the grid. */
const ADVANCE = 5.3;
const MARK_ADVANCE = 3;
const MARKS = '.:';

/** Width of a line of text whose letters are `height` high. */
export function textWidth(text: string, height: number): number {
  return (Array.from(text).reduce((sum, letter) => sum + advanceOf(letter), 0) - 1.3) * (height / 6);
}

/** Draws a line whose letters are `height` high with its upper left corner at (x, y). Unknown characters are left out. */
export function drawText(canvas: Canvas, text: string, x: number, y: number, height: number, paint: Paint): void {
  const k = height / 6;
  let left = x;
  for (const letter of text.toUpperCase()) {
    for (const [from, to] of strokesOf(GLYPHS[letter] ?? ''))
      canvas.fill(limb(left + from[0] * k, y + from[1] * k, left + to[0] * k, y + to[1] * k, PEN * k, PEN * k), paint);
    left += advanceOf(letter) * k;
  }
}

function advanceOf(letter: string): number {
  return MARKS.includes(letter) ? MARK_ADVANCE : ADVANCE;
}

type GridPoint = readonly [x: number, y: number];

function strokesOf(glyph: string): readonly (readonly [GridPoint, GridPoint])[] {
  return glyph.split(' ').flatMap((stroke) => {
    const points = (stroke.match(/\d\d/g) ?? []).map((pair): GridPoint => [Number(pair[0]), Number(pair[1])]);
    return points.slice(1).map((point, index) => [points[index] ?? point, point] as const);
  });
}
