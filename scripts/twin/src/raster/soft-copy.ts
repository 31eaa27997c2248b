import { soften } from './finish.ts';
import { forEachRow, Spans } from './spans.ts';

/** A picture softened once, kept up to date where it is painted: most of a frame is the backdrop, which stays. */
export class SoftCopy {
  readonly pixels: Uint8Array;
  readonly #backdrop: Uint8Array;
  readonly #width: number;
  readonly #height: number;
  /** Where `pixels` is not the softened backdrop. */
  readonly #changed: Spans;

  constructor(backdrop: Uint8Array, width: number, height: number) {
    this.#width = width;
    this.#height = height;
    this.#backdrop = new Uint8Array(backdrop.length);
    for (let y = 0; y < height; y += 1) soften(backdrop, this.#backdrop, width, height, y, 0, width);
    this.pixels = Uint8Array.from(this.#backdrop);
    this.#changed = new Spans(width, height);
  }

  /** Takes over what was painted. A pixel's mean reaches one row down and one column to the right. */
  update(painted: Uint8Array, spans: Spans): void {
    const [width, height] = [this.#width, this.#height];
    forEachRow(this.#changed, (from, to) => {
      this.pixels.set(this.#backdrop.subarray(from * 3, to * 3), from * 3);
    });
    this.#changed.clear();
    for (let y = 0; y < height; y += 1) {
      const below = Math.min(height - 1, y + 1);
      const x0 = Math.max(0, Math.min(spans.first[y]!, spans.first[below]!) - 1);
      const x1 = Math.max(spans.last[y]!, spans.last[below]!);
      if (x0 >= x1) continue;
      soften(painted, this.pixels, width, height, y, x0, x1);
      this.#changed.add(x0, y, x1, y + 1);
    }
  }
}
