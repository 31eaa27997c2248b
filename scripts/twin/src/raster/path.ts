import type { Random } from './random.ts';

/** A closed outline as x, y, x, y, ... in user space. */
export type Path = readonly number[];

export function rectangle(x: number, y: number, width: number, height: number): Path {
  return [x, y, x + width, y, x + width, y + height, x, y + height];
}

export function ellipse(cx: number, cy: number, rx: number, ry: number, turn = 0): Path {
  return arcBand(cx, cy, rx, ry, 0, Math.PI * 2, turn);
}

/** Part of an ellipse from one angle to another (radians, clockwise on the picture), closed by its chord. */
export function arcBand(cx: number, cy: number, rx: number, ry: number, from: number, to: number, turn = 0): Path {
  const count = Math.max(8, Math.min(40, Math.ceil((Math.max(rx, ry) * Math.abs(to - from)) / 4) + 6));
  const cos = Math.cos(turn);
  const sin = Math.sin(turn);
  const path: number[] = [];
  for (let i = 0; i < count; i += 1) {
    const whole = Math.abs(to - from) >= Math.PI * 2 - 1e-6;
    const a = from + ((to - from) * i) / (whole ? count : count - 1);
    const x = Math.cos(a) * rx;
    const y = Math.sin(a) * ry;
    path.push(cx + x * cos - y * sin, cy + x * sin + y * cos);
  }
  return path;
}

/** A limb: a bar with round ends whose radius goes from r0 to r1. */
export function limb(x0: number, y0: number, x1: number, y1: number, r0: number, r1: number): Path {
  const angle = Math.atan2(y1 - y0, x1 - x0);
  const path: number[] = [];
  for (let i = 0; i <= 6; i += 1) {
    const a = angle + Math.PI / 2 + (Math.PI * i) / 6;
    path.push(x0 + Math.cos(a) * r0, y0 + Math.sin(a) * r0);
  }
  for (let i = 0; i <= 6; i += 1) {
    const a = angle - Math.PI / 2 + (Math.PI * i) / 6;
    path.push(x1 + Math.cos(a) * r1, y1 + Math.sin(a) * r1);
  }
  return path;
}

/** A straight stroke of even width. */
export function stroke(x0: number, y0: number, x1: number, y1: number, width: number): Path {
  const length = Math.hypot(x1 - x0, y1 - y0) || 1;
  const nx = (-(y1 - y0) / length) * (width / 2);
  const ny = ((x1 - x0) / length) * (width / 2);
  return [x0 + nx, y0 + ny, x1 + nx, y1 + ny, x1 - nx, y1 - ny, x0 - nx, y0 - ny];
}

/** A closed smooth curve through the points (Catmull-Rom), each gap cut into `steps`. */
export function smooth(points: Path, steps = 4): Path {
  const count = points.length / 2;
  const at = (i: number, axis: 0 | 1): number => points[(((i % count) + count) % count) * 2 + axis] ?? 0;
  const path: number[] = [];
  for (let i = 0; i < count; i += 1) {
    for (let s = 0; s < steps; s += 1) {
      const t = s / steps;
      for (const axis of [0, 1] as const) {
        const [a, b, c, d] = [at(i - 1, axis), at(i, axis), at(i + 1, axis), at(i + 2, axis)];
        path.push(0.5 * (2 * b + (c - a) * t + (2 * a - 5 * b + 4 * c - d) * t * t + (3 * b - a - 3 * c + d) * t ** 3));
      }
    }
  }
  return path;
}

/** An irregular closed outline around the origin with a mean radius of 1; roughness 0 is a circle. */
export function blob(random: Random, corners: number, roughness: number): Path {
  const points: number[] = [];
  const lobes = random.integer(2, 4);
  const phase = random.between(0, Math.PI * 2);
  for (let i = 0; i < corners; i += 1) {
    const a = (Math.PI * 2 * (i + random.between(-0.25, 0.25))) / corners;
    const r = 1 + roughness * (0.6 * Math.sin(a * lobes + phase) + random.between(-0.7, 0.7));
    points.push(Math.cos(a) * r, Math.sin(a) * r);
  }
  return points;
}

/** Moves and scales a path; turns it first (radians). */
export function placed(path: Path, x: number, y: number, sx: number, sy: number, turn = 0): Path {
  const cos = Math.cos(turn);
  const sin = Math.sin(turn);
  const out: number[] = [];
  for (let i = 0; i + 1 < path.length; i += 2) {
    const px = path[i] ?? 0;
    const py = path[i + 1] ?? 0;
    out.push(x + (px * cos - py * sin) * sx, y + (px * sin + py * cos) * sy);
  }
  return out;
}
