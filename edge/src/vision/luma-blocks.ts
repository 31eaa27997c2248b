import { type EvidencePicture, lumaReader } from '../camera/index.ts';
import { contains, type PictureSize, type Zone } from '../domain/index.ts';

/** Side of a block, in pixels of the picture. */
const BLOCK = 8;
/** Of the pixels of a block every second one in each direction is read. */
const STEP = 2;
/** A block at which the border of a zone passes belongs to it: so many points across are tried. */
const POINTS = 5;

/** Mean brightness 0 to 255 of each block within the zones. */
export type BlockMeans = Float32Array;

/** Reduces the pictures of one camera to the mean brightness of small blocks, within its zones only. */
export class LumaBlocks {
  readonly #zones: readonly Zone[];
  #size: PictureSize = { width: 0, height: 0 };
  /** Left and top edges of the blocks, alternating. */
  #places = new Uint16Array();

  /** The complete picture counts when there are no zones. */
  constructor(zones: readonly Zone[]) {
    this.#zones = zones;
  }

  /** The means of the blocks in a fixed order. A third of a millisecond for 960x540. */
  of(picture: EvidencePicture): BlockMeans {
    const { width, height } = picture.size;
    if (width !== this.#size.width || height !== this.#size.height) {
      this.#size = picture.size;
      this.#places = placesIn(this.#zones, picture.size);
    }
    const places = this.#places;
    const luma = lumaReader(picture);
    const means = new Float32Array(places.length / 2);
    for (let n = 0; n < means.length; n += 1) {
      const [left, top] = [places[2 * n] ?? 0, places[2 * n + 1] ?? 0];
      const [right, bottom] = [Math.min(width, left + BLOCK), Math.min(height, top + BLOCK)];
      let [sum, count] = [0, 0];
      for (let y = top; y < bottom; y += STEP) {
        for (let x = left; x < right; x += STEP, count += 1) sum += luma(y * width + x);
      }
      means[n] = sum / count;
    }
    return means;
  }
}

/** Whether any block changed by `levels` or more. Pictures of different sizes always differ. */
export function differ(before: BlockMeans, after: BlockMeans, levels: number): boolean {
  return before.length !== after.length || after.some((mean, n) => Math.abs(mean - (before[n] ?? 0)) >= levels);
}

function placesIn(zones: readonly Zone[], size: PictureSize): Uint16Array<ArrayBuffer> {
  const places: number[] = [];
  for (let top = 0; top < size.height; top += BLOCK) {
    for (let left = 0; left < size.width; left += BLOCK) {
      if (zones.length === 0 || zones.some((zone) => touches(zone, { left, top }, size))) places.push(left, top);
    }
  }
  return Uint16Array.from(places);
}

function touches(
  zone: Zone,
  { left, top }: { readonly left: number; readonly top: number },
  size: PictureSize,
): boolean {
  for (let row = 0; row < POINTS; row += 1) {
    for (let column = 0; column < POINTS; column += 1) {
      const at = (from: number, n: number): number => from + (n * BLOCK) / (POINTS - 1);
      if (contains(zone, [at(left, column) / size.width, at(top, row) / size.height])) return true;
    }
  }
  return zone.polygon.some(([x, y]) => {
    const [dx, dy] = [x * size.width - left, y * size.height - top];
    return dx >= 0 && dx <= BLOCK && dy >= 0 && dy <= BLOCK;
  });
}
