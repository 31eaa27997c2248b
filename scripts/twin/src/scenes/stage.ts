import { type Box, type Optics, Canvas, Finish, forEachRow, ObjectMap, smeared, SoftCopy } from '../raster/index.ts';
import { drawOverlay, type Look } from '../styles/index.ts';
import { type Mount, matrixOf, UNITS } from './view.ts';

/** What one camera can be shown: a still backdrop, and on it whatever is there at a moment. */
export interface Play {
  readonly mount: Mount;
  backdrop(canvas: Canvas): void;
  /** Paints the moment's subjects. The canvas already shows the backdrop. */
  subjects(canvas: Canvas, seconds: number): void;
  /** How far subjects are smeared to the side by their motion, in units. */
  readonly smear?: number;
}

/** Moments of which a picture with motion is the mean. */
const MOMENTS = 6;

/** One camera's canvas. The backdrop is painted once and copied under every frame. */
export class Stage {
  readonly width: number;
  readonly height: number;
  readonly #play: Play;
  readonly #objects: ObjectMap;
  readonly #canvas: Canvas;
  readonly #finish = new Finish();
  readonly #look: Look | undefined;
  #backdrop: Uint8Array | undefined;
  #soft: SoftCopy | undefined;
  /** What the open shutter saw; undefined where pictures are moments. */
  #exposed: Uint8Array | undefined;

  /** `look`: how it is drawn; none draws as the scenes are designed. */
  constructor(play: Play, width: number, height: number, look?: Look) {
    this.width = width;
    this.height = height;
    this.#play = play;
    this.#objects = new ObjectMap(width, height);
    this.#canvas = new Canvas(width, height, this.#objects);
    this.#canvas.pen = look?.pen;
    this.#look = look;
  }

  /** Paints the moment and its object map, before lens and sensor. */
  paint(seconds: number): void {
    const canvas = this.#canvas;
    canvas.matrix = matrixOf(this.#play.mount, this.width, this.height);
    if (!this.#backdrop) {
      this.#play.backdrop(canvas);
      if (this.#look?.overlay) drawOverlay(canvas, this.#look.overlay);
      this.#backdrop = Uint8Array.from(canvas.pixels);
    } else {
      const backdrop = this.#backdrop;
      forEachRow(canvas.spans, (from, to) => canvas.pixels.set(backdrop.subarray(from * 3, to * 3), from * 3));
    }
    this.#objects.clear(canvas.spans);
    canvas.spans.clear();
    this.#play.subjects(canvas, seconds);
    const { smear = 0 } = this.#play;
    if (smear > 0) smeared(canvas, (smear * this.width) / UNITS.width);
  }

  /** Paints what passes while the shutter is open from `from` to `to`; objects are where they are in the middle. */
  expose(from: number, to: number): void {
    const sums = new Uint16Array(this.#canvas.pixels.length);
    for (let moment = 0; moment < MOMENTS; moment += 1) {
      this.paint(from + ((moment + 0.5) / MOMENTS) * (to - from));
      const { pixels } = this.#canvas;
      for (let i = 0; i < sums.length; i += 1) sums[i] = sums[i]! + pixels[i]!;
    }
    this.paint((from + to) / 2);
    this.#exposed = Uint8Array.from(sums, (sum) => Math.round(sum / MOMENTS));
  }

  /** Writes what was painted last, as the camera delivers it: RGB24, width x height x 3 bytes. */
  develop(optics: Optics, frame: number, out: Uint8Array): void {
    const delivered = this.#look?.optics(optics) ?? optics;
    const { pixels, spans } = this.#canvas;
    if (this.#exposed) {
      this.#finish.apply(this.#exposed, this.width, this.height, delivered, frame, out);
      return;
    }
    if (delivered.camera || delivered.softness !== 1 || !this.#backdrop) {
      this.#finish.apply(pixels, this.width, this.height, delivered, frame, out);
      return;
    }
    this.#soft ??= new SoftCopy(this.#backdrop, this.width, this.height);
    this.#soft.update(pixels, spans);
    this.#finish.expose(this.#soft.pixels, this.width, this.height, delivered, frame, out);
  }

  boxes(): Box[] {
    return this.#objects.boxes(this.#canvas.spans);
  }
}
