import { forEachRow, type Spans } from './spans.ts';

/** One object's visible part on one picture. Pixels, x2 and y2 exclusive, inside the picture. */
export interface Box {
  readonly label: string;
  readonly objectId: string;
  readonly x1: number;
  readonly y1: number;
  readonly x2: number;
  readonly y2: number;
  /** Visible pixels divided by all of the object's pixels, those hidden or outside the picture included; 0..1. */
  readonly visible: number;
}

interface Entry {
  readonly label: string;
  readonly objectId: string;
  readonly root: number;
}

const LIMIT = 255;
/** Fewer visible pixels than this are no object a camera could show. */
const LEAST_PIXELS = 12;

/**
 * Which object owns each pixel. Shapes painted later hide what lies under them, so that boxes and visible fractions come from
 * the frame itself. A part (a cap) counts for its parent (the bottle) too.
 */
export class ObjectMap {
  readonly width: number;
  readonly height: number;
  readonly ids: Uint8Array;
  /** Pixels ever painted, by part and by parent. */
  readonly painted = new Uint32Array(LIMIT + 1);
  readonly paintedWhole = new Uint32Array(LIMIT + 1);
  /** x1, y1, x2, y2 per id, the parts outside the picture included. */
  readonly extents = new Float64Array((LIMIT + 1) * 4);
  readonly roots = new Uint8Array(LIMIT + 1);
  #entries: Entry[] = [];

  constructor(width: number, height: number) {
    this.width = width;
    this.height = height;
    this.ids = new Uint8Array(width * height);
  }

  /** Forgets all objects. `spans`: where pixels may be owned; everywhere when left out. */
  clear(spans?: Spans): void {
    if (spans) forEachRow(spans, (from, to) => this.ids.fill(0, from, to));
    else this.ids.fill(0);
    this.painted.fill(0);
    this.paintedWhole.fill(0);
    this.#entries = [];
  }

  /** A new id for what is painted next; `parent` is the id it is a part of. 0 (nobody) when a frame is too crowded. */
  add(label: string, objectId: string, parent = 0): number {
    if (this.#entries.length >= LIMIT) return 0;
    const id = this.#entries.length + 1;
    const root = parent > 0 ? parent : id;
    this.#entries.push({ label, objectId, root });
    this.roots[id] = root;
    this.extents.set([Infinity, Infinity, -Infinity, -Infinity], id * 4);
    return id;
  }

  /** Takes note of a shape's bounds (pixels), in or out of the picture. */
  stretch(id: number, x1: number, y1: number, x2: number, y2: number): void {
    const e = this.extents;
    for (const k of id === this.roots[id] ? [id * 4] : [id * 4, this.roots[id]! * 4]) {
      e[k] = Math.min(e[k]!, x1);
      e[k + 1] = Math.min(e[k + 1]!, y1);
      e[k + 2] = Math.max(e[k + 2]!, x2);
      e[k + 3] = Math.max(e[k + 3]!, y2);
    }
  }

  /** `spans`: where pixels may be owned. */
  boxes(spans: Spans): Box[] {
    const seen = this.#scan(spans);
    const boxes: Box[] = [];
    this.#entries.forEach((entry, index) => {
      const id = index + 1;
      const k = id * 5;
      const count = seen[k + 4]!;
      if (count < LEAST_PIXELS) return;
      const all = entry.root === id ? this.paintedWhole[id]! : this.painted[id]!;
      const visible = Math.min(1, (count / Math.max(1, all)) * this.#inside(id));
      const { label, objectId } = entry;
      boxes.push({
        label,
        objectId,
        x1: seen[k]!,
        y1: seen[k + 1]!,
        x2: seen[k + 2]! + 1,
        y2: seen[k + 3]! + 1,
        visible,
      });
    });
    return boxes;
  }

  /** Fraction of the object's extent that lies in the picture. */
  #inside(id: number): number {
    const e = this.extents;
    const [x1, y1, x2, y2] = [e[id * 4]!, e[id * 4 + 1]!, e[id * 4 + 2]!, e[id * 4 + 3]!];
    const width = Math.min(this.width, x2) - Math.max(0, x1);
    const height = Math.min(this.height, y2) - Math.max(0, y1);
    return (Math.max(0, width) * Math.max(0, height)) / Math.max(1e-6, (x2 - x1) * (y2 - y1));
  }

  /** Per id: least x, least y, most x, most y, number of pixels. */
  #scan(spans: Spans): Float64Array {
    const count = this.#entries.length;
    const seen = new Float64Array((count + 1) * 5);
    for (let id = 0; id <= count; id += 1) seen.set([Infinity, Infinity, -1, -1, 0], id * 5);
    const note = (id: number, x: number, y: number): void => {
      const k = id * 5;
      if (x < seen[k]!) seen[k] = x;
      if (y < seen[k + 1]!) seen[k + 1] = y;
      if (x > seen[k + 2]!) seen[k + 2] = x;
      if (y > seen[k + 3]!) seen[k + 3] = y;
      seen[k + 4]! += 1;
    };
    forEachRow(spans, (from, to, y) => {
      const start = y * this.width;
      for (let p = from; p < to; p += 1) {
        const id = this.ids[p]!;
        if (id === 0) continue;
        note(id, p - start, y);
        const root = this.roots[id]!;
        if (root !== id) note(root, p - start, y);
      }
    });
    return seen;
  }
}
