import type { Rgb } from './colour.ts';
import { MASK, SIDE } from './noise.ts';
import type { ObjectMap } from './objects.ts';
import { type Paint, solid } from './paint.ts';
import { Spans } from './spans.ts';
import type { Path } from './path.ts';
import { isOpaque, type Pen, restyled, widen, wobbled } from './pen.ts';

/** x' = a x + c y + e, y' = b x + d y + f. */
export type Matrix = readonly [a: number, b: number, c: number, d: number, e: number, f: number];

/** Paint that belongs to no object and hides none: shadows, light, glass. */
export const NOBODY = -1;
/** Paint that hides objects but is none itself: tables, rails. */
export const SCENERY = 0;

/**
 * A picture of RGB24 pixels that is painted with anti-aliased polygons. Coverage is exact: each edge adds its signed
 * area to the cells it crosses and a running sum along the row gives the part of each pixel inside the outline. Two
 * overlapping turns of one outline count as one; outlines should not cross themselves in opposite directions.
 */
export class Canvas {
  readonly width: number;
  readonly height: number;
  readonly pixels: Uint8Array;
  readonly objects: ObjectMap | undefined;
  /** What was painted since it was cleared. */
  readonly spans: Spans;
  /** Who owns what is painted next: an id of the ObjectMap, SCENERY or NOBODY. */
  owner: number = SCENERY;
  /** How shapes are drawn; none draws them as they are given. */
  pen: Pen | undefined;
  #matrix: Matrix = [1, 0, 0, 1, 0, 0];
  readonly #cells: Float32Array;
  #points = new Float64Array(256);

  constructor(width: number, height: number, objects?: ObjectMap) {
    this.width = width;
    this.height = height;
    this.objects = objects;
    this.spans = new Spans(width, height);
    this.pixels = new Uint8Array(width * height * 3);
    this.#cells = new Float32Array((width + 3) * (height + 1));
  }

  set matrix(matrix: Matrix) {
    this.#matrix = matrix;
  }

  /** Paints with the origin moved to (x, y), then turned and scaled. */
  within(x: number, y: number, sx: number, sy: number, turn: number, draw: () => void): void {
    const before = this.#matrix;
    const [a, b, c, d, e, f] = before;
    const [ka, kb, kc, kd] = [Math.cos(turn) * sx, Math.sin(turn) * sx, -Math.sin(turn) * sy, Math.cos(turn) * sy];
    this.#matrix = [
      a * ka + c * kb,
      b * ka + d * kb,
      a * kc + c * kd,
      b * kc + d * kd,
      a * x + c * y + e,
      b * x + d * y + f,
    ];
    draw();
    this.#matrix = before;
  }

  /** Paints as the given owner, then goes back to the one before. */
  as(owner: number, draw: () => void): void {
    const before = this.owner;
    this.owner = owner;
    draw();
    this.owner = before;
  }

  fill(path: Path, paint: Paint): void {
    const { pen } = this;
    if (!pen) return this.#fill(path, paint, 0);
    const pixel = Math.hypot(this.#matrix[0], this.#matrix[1]);
    const drawn = pen.wobble > 0 ? wobbled(path, { ...pen, wobble: (pen.wobble * this.width) / 640 }, pixel) : path;
    const { outline } = pen;
    if (outline && this.owner !== NOBODY && isOpaque(paint))
      this.#fill(drawn, solid(outline.colour, outline.alpha), (outline.width * this.width) / 640);
    this.#fill(drawn, restyled(paint, pen), 0);
  }

  /** `margin`: pixels by which the outline is widened. */
  #fill(path: Path, paint: Paint, margin: number): void {
    const count = path.length / 2;
    const bounds = this.#project(path, count);
    if (margin > 0) {
      widen(this.#points, count, margin);
      for (const k of [0, 1] as const) bounds[k] -= margin;
      for (const k of [2, 3] as const) bounds[k] += margin;
    }
    if (this.owner > 0) this.objects?.stretch(this.owner, bounds[0], bounds[1], bounds[2], bounds[3]);
    const x0 = Math.max(0, Math.floor(bounds[0]));
    const y0 = Math.max(0, Math.floor(bounds[1]));
    const x1 = Math.min(this.width, Math.ceil(bounds[2]));
    const y1 = Math.min(this.height, Math.ceil(bounds[3]));
    if (x0 >= x1 || y0 >= y1) return;
    this.spans.add(x0, y0, x1, y1);
    const span = x1 - x0 + 2;
    this.#cells.fill(0, 0, span * (y1 - y0));
    const p = this.#points;
    let j = count - 1;
    for (let i = 0; i < count; i += 1) {
      this.#edge(p[j * 2]! - x0, p[j * 2 + 1]! - y0, p[i * 2]! - x0, p[i * 2 + 1]! - y0, span, x1 - x0, y1 - y0);
      j = i;
    }
    this.#blend(paint, x0, y0, x1, y1, span);
  }

  /** A patch without an edge: full strength in the middle, none at the rim. For shadows and pools of light. */
  glow(cx: number, cy: number, rx: number, ry: number, colour: Rgb, alpha: number): void {
    const [a, b, c, d, e, f] = this.#matrix;
    const [mx, my] = [a * cx + c * cy + e, b * cx + d * cy + f];
    const [px, py] = [rx * Math.hypot(a, b), ry * Math.hypot(c, d)];
    const y1 = Math.min(this.height, Math.ceil(my + py));
    const x1 = Math.min(this.width, Math.ceil(mx + px));
    const x0 = Math.max(0, Math.floor(mx - px));
    const y0 = Math.max(0, Math.floor(my - py));
    if (x0 >= x1 || y0 >= y1) return;
    this.spans.add(x0, y0, x1, y1);
    const data = this.pixels;
    for (let y = y0; y < y1; y += 1) {
      const v = ((y + 0.5 - my) / py) ** 2;
      for (let x = x0; x < x1; x += 1) {
        const u = (x + 0.5 - mx) / px;
        const q = 1 - v - u * u;
        if (q <= 0) continue;
        const k = alpha * q * q;
        const i = (y * this.width + x) * 3;
        data[i] = data[i]! + (colour[0] - data[i]!) * k;
        data[i + 1] = data[i + 1]! + (colour[1] - data[i + 1]!) * k;
        data[i + 2] = data[i + 2]! + (colour[2] - data[i + 2]!) * k;
      }
    }
  }

  #project(path: Path, count: number): [number, number, number, number] {
    if (this.#points.length < count * 2) this.#points = new Float64Array(count * 4);
    const p = this.#points;
    const [a, b, c, d, e, f] = this.#matrix;
    const bounds: [number, number, number, number] = [Infinity, Infinity, -Infinity, -Infinity];
    for (let i = 0; i < count * 2; i += 2) {
      const x = a * path[i]! + c * path[i + 1]! + e;
      const y = b * path[i]! + d * path[i + 1]! + f;
      p[i] = x;
      p[i + 1] = y;
      if (x < bounds[0]) bounds[0] = x;
      if (y < bounds[1]) bounds[1] = y;
      if (x > bounds[2]) bounds[2] = x;
      if (y > bounds[3]) bounds[3] = y;
    }
    return bounds;
  }

  /** Adds one edge's signed area; what lies left of the bounds counts at column 0, right of them not at all. */
  #edge(ax: number, ay: number, bx: number, by: number, span: number, width: number, height: number): void {
    if (ay === by) return;
    const down = ay < by ? 1 : -1;
    const [topX, topY, endX, endY] = down === 1 ? [ax, ay, bx, by] : [bx, by, ax, ay];
    if (endY <= 0 || topY >= height) return;
    const slope = (endX - topX) / (endY - topY);
    const cells = this.#cells;
    const first = Math.max(0, topY);
    let x = topX + (first - topY) * slope;
    const last = Math.min(height, endY);
    for (let y = Math.floor(first); y < last; y += 1) {
      const part = Math.min(y + 1, last) - Math.max(y, first);
      const next = x + slope * part;
      const l = Math.min(width, Math.max(0, x < next ? x : next));
      const r = Math.min(width, Math.max(0, x < next ? next : x));
      x = next;
      const area = part * down;
      const li = Math.floor(l);
      const k = y * span + li;
      const cut = Math.ceil(r);
      if (cut <= li + 1) {
        const away = (l + r) / 2 - li;
        cells[k]! += area * (1 - away);
        cells[k + 1]! += area * away;
        continue;
      }
      const s = 1 / (r - l);
      let before = 0;
      for (let i = li; i < cut; i += 1) {
        // Part of this edge's area to the left of column i + 1, as the integral of its ramp.
        const from = Math.max(l, i);
        const to = Math.min(r, i + 1);
        const here = (to - from) * s;
        const away = (from + to) / 2 - i;
        cells[y * span + i]! += area * (before + here * (1 - away));
        before = here * away;
      }
      cells[y * span + cut]! += area * before;
    }
  }

  #blend(paint: Paint, x0: number, y0: number, x1: number, y1: number, span: number): void {
    const { ramp, texture } = paint;
    const [a, b, c, d, e, f] = this.#matrix;
    const steps = ramp.length / 4;
    const [gx, gy] = [a * paint.x0 + c * paint.y0 + e, b * paint.x0 + d * paint.y0 + f];
    const [vx, vy] = [a * paint.x1 + c * paint.y1 + e - gx, b * paint.x1 + d * paint.y1 + f - gy];
    const scale = steps > 1 ? steps / Math.max(1e-9, vx * vx + vy * vy) : 0;
    const tile = texture?.tile.values;
    const swing = texture ? texture.amount / 256 : 0;
    const tx = texture ? Math.round(a * texture.x + c * texture.y + e) : 0;
    const ty = texture ? Math.round(b * texture.x + d * texture.y + f) : 0;
    const cells = this.#cells;
    const data = this.pixels;
    const objects = this.owner === NOBODY ? undefined : this.objects;
    for (let y = y0; y < y1; y += 1) {
      let k = (y - y0) * span;
      let sum = 0;
      let p = y * this.width + x0;
      const across = (y + 0.5 - gy) * vy;
      const line = ((y - ty) & MASK) * SIDE;
      for (let x = x0; x < x1; x += 1, p += 1) {
        sum += cells[k]!;
        k += 1;
        const inside = sum < 0 ? (sum < -1 ? 1 : -sum) : sum > 1 ? 1 : sum;
        if (inside < 0.004) continue;
        let step = steps > 1 ? (((x + 0.5 - gx) * vx + across) * scale) | 0 : 0;
        step = step < 0 ? 0 : step >= steps ? steps - 1 : step;
        const q = step * 4;
        const n = tile ? tile[line + ((x - tx) & MASK)]! * swing : 0;
        const alpha = inside * ramp[q + 3]! * (1 / 255);
        const i = p * 3;
        const r = ramp[q]! + n;
        const g = ramp[q + 1]! + n;
        const bl = ramp[q + 2]! + n;
        data[i] = data[i]! + ((r < 0 ? 0 : r > 255 ? 255 : r) - data[i]!) * alpha;
        data[i + 1] = data[i + 1]! + ((g < 0 ? 0 : g > 255 ? 255 : g) - data[i + 1]!) * alpha;
        data[i + 2] = data[i + 2]! + ((bl < 0 ? 0 : bl > 255 ? 255 : bl) - data[i + 2]!) * alpha;
        if (objects !== undefined && inside >= 0.5) this.#own(objects, p);
      }
    }
  }

  #own(objects: ObjectMap, p: number): void {
    const { ids, roots } = objects;
    const before = ids[p]!;
    const owner = this.owner;
    if (before === owner) return;
    if (owner > 0) {
      objects.painted[owner]! += 1;
      const root = roots[owner]!;
      if (before === 0 || roots[before] !== root) objects.paintedWhole[root]! += 1;
    }
    ids[p] = owner;
  }
}
