/** Which part of each row of a picture was painted: what differs from the backdrop at most. */
export class Spans {
  readonly width: number;
  readonly height: number;
  /** First column and the one after the last, per row; first >= last where nothing was painted. */
  readonly first: Int32Array;
  readonly last: Int32Array;

  constructor(width: number, height: number) {
    this.width = width;
    this.height = height;
    this.first = new Int32Array(height);
    this.last = new Int32Array(height);
    this.clear();
  }

  clear(): void {
    this.first.fill(this.width);
    this.last.fill(0);
  }

  /** Notes that columns x0 .. x1 - 1 of rows y0 .. y1 - 1 are painted; all inside the picture. */
  add(x0: number, y0: number, x1: number, y1: number): void {
    const { first, last } = this;
    for (let y = y0; y < y1; y += 1) {
      if (x0 < first[y]!) first[y] = x0;
      if (x1 > last[y]!) last[y] = x1;
    }
  }
}

/** Calls `visit` for each row with a painted part: numbers of its first pixel and of the one after its last, and the row. */
export function forEachRow(spans: Spans, visit: (from: number, to: number, y: number) => void): void {
  for (let y = 0; y < spans.height; y += 1) {
    const start = y * spans.width;
    const [first, last] = [spans.first[y]!, spans.last[y]!];
    if (first < last) visit(start + first, start + last, y);
  }
}
