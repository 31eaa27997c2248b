/** Most detections of one frame. */
export const DETECTIONS_MAX = 300;

const EMPTY = new Uint32Array(0);

/** Boxes with a sufficient score, in pixels of the model's input. One is reused from frame to frame for its memory. */
export class Candidates {
  count = 0;
  /** True when a box had coordinates that are not finite: the frame's output cannot be trusted. */
  hasInvalidBox = false;
  /** Corners x1, y1, x2, y2. */
  boxes = new Float64Array(4 * 256);
  scores = new Float64Array(256);
  classes = new Uint16Array(256);
  /** Row of the output it comes from. */
  rows = new Uint32Array(256);
  #order = EMPTY;
  readonly #kept = new Uint32Array(DETECTIONS_MAX);

  clear(): void {
    this.count = 0;
    this.hasInvalidBox = false;
  }

  /** Adds a box given by its corners; a box without extent is ignored. */
  add(row: number, classId: number, score: number, x1: number, y1: number, x2: number, y2: number): void {
    if (!Number.isFinite(x1 + y1 + x2 + y2)) {
      this.hasInvalidBox = true;
      return;
    }
    if (!(x2 > x1 && y2 > y1)) return;
    const n = this.count;
    if (n === this.scores.length) this.#grow();
    this.boxes[4 * n] = x1;
    this.boxes[4 * n + 1] = y1;
    this.boxes[4 * n + 2] = x2;
    this.boxes[4 * n + 3] = y2;
    this.scores[n] = score;
    this.classes[n] = classId;
    this.rows[n] = row;
    this.count = n + 1;
  }

  /** Adds a box given by its centre and size. */
  addCentred(row: number, classId: number, score: number, cx: number, cy: number, width: number, height: number): void {
    const halfWidth = width / 2;
    const halfHeight = height / 2;
    if (halfWidth <= 0 || halfHeight <= 0) return;
    this.add(row, classId, score, cx - halfWidth, cy - halfHeight, cx + halfWidth, cy + halfHeight);
  }

  /** Indices of the best, best first; equal scores in the order of the rows. */
  best(most = DETECTIONS_MAX): Uint32Array {
    return this.#sorted().subarray(0, most);
  }

  /**
   * Greedy non-maximum suppression within each class: of boxes whose IoU is above `iou`, the best stays. Objects
   * inside each other (cap on a bottle) have different classes, and neither removes the other.
   */
  suppress(iou: number): Uint32Array {
    const order = this.#sorted();
    const kept = this.#kept;
    let count = 0;
    for (let n = 0; n < order.length && count < DETECTIONS_MAX; n++) {
      const candidate = order[n]!;
      if (this.#overlaps(candidate, count, iou)) continue;
      kept[count] = candidate;
      count += 1;
    }
    return kept.subarray(0, count);
  }

  #overlaps(candidate: number, count: number, iou: number): boolean {
    const { boxes, classes } = this;
    const label = classes[candidate];
    for (let k = 0; k < count; k++) {
      const other = this.#kept[k]!;
      if (classes[other] === label && overlap(boxes, 4 * candidate, 4 * other) > iou) return true;
    }
    return false;
  }

  #sorted(): Uint32Array {
    const { scores, rows, count } = this;
    if (this.#order.length < count) this.#order = new Uint32Array(scores.length);
    const order = this.#order.subarray(0, count);
    for (let n = 0; n < count; n++) order[n] = n;
    return order.sort((a, b) => scores[b]! - scores[a]! || rows[a]! - rows[b]! || a - b);
  }

  #grow(): void {
    const capacity = 2 * this.scores.length;
    this.boxes = enlarged(this.boxes, new Float64Array(4 * capacity));
    this.scores = enlarged(this.scores, new Float64Array(capacity));
    this.classes = enlarged(this.classes, new Uint16Array(capacity));
    this.rows = enlarged(this.rows, new Uint32Array(capacity));
  }
}

function enlarged<T extends { set(from: T): void }>(from: T, to: T): T {
  to.set(from);
  return to;
}

/** IoU of the boxes at two offsets in `boxes`. */
function overlap(boxes: Float64Array, a: number, b: number): number {
  const width = Math.min(boxes[a + 2]!, boxes[b + 2]!) - Math.max(boxes[a]!, boxes[b]!);
  const height = Math.min(boxes[a + 3]!, boxes[b + 3]!) - Math.max(boxes[a + 1]!, boxes[b + 1]!);
  if (width <= 0 || height <= 0) return 0;
  const shared = width * height;
  return shared / (extent(boxes, a) + extent(boxes, b) - shared);
}

function extent(boxes: Float64Array, at: number): number {
  return (boxes[at + 2]! - boxes[at]!) * (boxes[at + 3]! - boxes[at + 1]!);
}
