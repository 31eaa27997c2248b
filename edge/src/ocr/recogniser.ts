import { GraphRunner } from '../inference/index.ts';
import { type Alphabet, alphabetOf, bestPath, type Recognised } from './ctc.ts';
import { type GreyPicture, type Grid, resampled } from './grey-picture.ts';
import type { OcrFiles } from './install.ts';
import { cornersOf, type Point, type Rectangle } from './rectangle.ts';
import { textRegions } from './text-regions.ts';

/** A line of print. Without text: something is printed there that cannot be read. */
export interface TextLine extends Recognised {
  /** Top left, top right, bottom right, bottom left as it is read, in pixels of the picture. */
  readonly corners: readonly [Point, Point, Point, Point];
}

/** Sides of the detector's input are multiples of this. */
const STEP = 32;
/** Longest and shortest side that the detector is given: what is printed on a pack is large in its region. */
const LONGEST = 640;
const SHORTEST = 96;
/** As the models were trained: mean and deviation of the three channels (PaddleOCR, configs/det/ch_PP-OCRv4). */
const MEAN = [0.485, 0.456, 0.406] as const;
const DEVIATION = [0.229, 0.224, 0.225] as const;

/** Height of the recogniser's input, and the widest line: 30 characters at their usual width. */
const LINE_HEIGHT = 48;
const WIDEST = 1280;
/** Below this a line is also read upside down, and the better reading counts. */
const SURE = 0.8;

/** Reads the lines of text in a picture with the two PP-OCR models, each on the CPU with one thread. */
export class TextRecogniser {
  readonly #detection: GraphRunner;
  readonly #recognition: GraphRunner;
  readonly #alphabet: Alphabet;

  private constructor(detection: GraphRunner, recognition: GraphRunner, alphabet: Alphabet) {
    this.#detection = detection;
    this.#recognition = recognition;
    this.#alphabet = alphabet;
  }

  /** @throws InferenceError `model_unreadable`. */
  static async open({ detection, recognition, dictionary }: OcrFiles): Promise<TextRecogniser> {
    const detector = await GraphRunner.open(detection);
    const alphabet = alphabetOf(new TextDecoder().decode(dictionary));
    return new TextRecogniser(detector, await GraphRunner.open(recognition), alphabet);
  }

  /**
   * All lines, from top to bottom and from left to right.
   *
   * @throws InferenceError `inference_error`.
   */
  async read(picture: GreyPicture): Promise<readonly TextLine[]> {
    const upright = await this.#readUpright(picture);
    if (!upright.some(isSteep)) return upright;
    // The detector was trained on lying text: it often cuts a standing line into its letters.
    const turned = await this.#readUpright(turnedClockwise(picture));
    if (worth(turned) <= worth(upright)) return upright;
    const back = ([x, y]: Point): Point => [y, picture.height - x];
    return turned.map(({ corners: [a, b, c, d], ...line }) => ({
      ...line,
      corners: [back(a), back(b), back(c), back(d)],
    }));
  }

  async close(): Promise<void> {
    await this.#detection.close();
    await this.#recognition.close();
  }

  async #readUpright(picture: GreyPicture): Promise<readonly TextLine[]> {
    const lines: TextLine[] = [];
    for (const region of await this.#detect(picture)) lines.push(await this.#recognise(picture, region));
    return inReadingOrder(lines);
  }

  async #detect(picture: GreyPicture): Promise<readonly Rectangle[]> {
    const [width, height] = detectorSize(picture);
    const [sx, sy] = [picture.width / width, picture.height / height];
    const grey = resampled(picture, { origin: [0, 0], column: [sx, 0], row: [0, sy], width, height });
    const input = new Float32Array(grey.length * 3);
    for (const channel of [0, 1, 2] as const) {
      const [mean, deviation] = [MEAN[channel], DEVIATION[channel]];
      for (let at = 0; at < grey.length; at += 1)
        input[channel * grey.length + at] = ((grey[at] ?? 0) / 255 - mean) / deviation;
    }
    const values = await this.#detection.runTensor(input, [1, 3, height, width]);
    return textRegions({ width, height, values }).map((region) => inPicture(region, sx, sy));
  }

  async #recognise(picture: GreyPicture, region: Rectangle): Promise<TextLine> {
    const upright = await this.#readLine(picture, region);
    if (upright.score >= SURE) return { ...upright, corners: cornersOf(region) };
    const [x, y] = region.along;
    const turned = { ...region, along: [-x, -y] as const };
    const upsideDown = await this.#readLine(picture, turned);
    return upsideDown.score > upright.score
      ? { ...upsideDown, corners: cornersOf(turned) }
      : { ...upright, corners: cornersOf(region) };
  }

  async #readLine(picture: GreyPicture, region: Rectangle): Promise<Recognised> {
    const grid = lineGrid(region);
    const grey = resampled(picture, grid);
    const width = Math.ceil(grid.width / STEP) * STEP;
    // What is added on the right has the value of a pixel that is half light, as in training.
    const input = new Float32Array(3 * LINE_HEIGHT * width);
    for (let y = 0; y < LINE_HEIGHT; y += 1)
      for (let x = 0; x < grid.width; x += 1) {
        const value = ((grey[y * grid.width + x] ?? 0) / 255 - 0.5) / 0.5;
        for (const channel of [0, 1, 2]) input[(channel * LINE_HEIGHT + y) * width + x] = value;
      }
    return bestPath(await this.#recognition.runTensor(input, [1, 3, LINE_HEIGHT, width]), this.#alphabet);
  }
}

/** Width and height for the detector: near the picture's own, and not too long, too short or odd. */
function detectorSize({ width, height }: GreyPicture): readonly [number, number] {
  const long = Math.max(width, height);
  const short = Math.min(width, height);
  const scale = Math.min(LONGEST / long, Math.max(1, SHORTEST / short));
  const side = (length: number): number => Math.max(STEP, Math.round((length * scale) / STEP) * STEP);
  return [side(width), side(height)];
}

/** A rectangle of the detector's map in pixels of the picture; the two scales differ by rounding only. */
function inPicture({ centre, along, width, height }: Rectangle, sx: number, sy: number): Rectangle {
  const [ax, ay] = [along[0] * sx, along[1] * sy];
  const stretch = Math.hypot(ax, ay);
  return {
    centre: [centre[0] * sx, centre[1] * sy],
    along: [ax / stretch, ay / stretch],
    width: width * stretch,
    height: height * Math.hypot(along[1] * sx, along[0] * sy),
  };
}

function lineGrid(region: Rectangle): Grid {
  const [origin] = cornersOf(region);
  const step = region.height / LINE_HEIGHT;
  const width = Math.min(WIDEST, Math.max(8, Math.round(region.width / step)));
  const across = region.width / width;
  const [x, y] = region.along;
  return { origin, column: [x * across, y * across], row: [-y * step, x * step], width, height: LINE_HEIGHT };
}

function isSteep({ corners: [[x1, y1], [x2, y2]] }: TextLine): boolean {
  return Math.abs(y2 - y1) > Math.abs(x2 - x1);
}

/** Long lines that were read surely are worth most: a line in pieces has fewer characters, or less sure ones. */
function worth(lines: readonly TextLine[]): number {
  return lines.reduce((total, { text, score }) => total + (text.length * score) ** 2, 0);
}

function turnedClockwise({ width, height, pixels }: GreyPicture): GreyPicture {
  const turned = new Uint8Array(pixels.length);
  for (let y = 0; y < height; y += 1)
    for (let x = 0; x < width; x += 1) turned[x * height + height - 1 - y] = pixels[y * width + x] ?? 0;
  return { width: height, height: width, pixels: turned };
}

/** Lines whose middles differ by less than half of their height stand beside each other. */
function inReadingOrder(lines: readonly TextLine[]): readonly TextLine[] {
  const placed = lines
    .map((line) => ({ line, top: line.corners[0], bottom: line.corners[3] }))
    .toSorted((a, b) => a.top[1] + a.bottom[1] - b.top[1] - b.bottom[1]);
  const rows: (typeof placed)[] = [];
  for (const one of placed) {
    const [first] = rows.at(-1) ?? [];
    const middle = (one.top[1] + one.bottom[1]) / 2;
    const beside = first !== undefined && middle - (first.top[1] + first.bottom[1]) / 2 < heightOf(first) / 2;
    if (beside) rows.at(-1)?.push(one);
    else rows.push([one]);
  }
  return rows.flatMap((row) => row.toSorted((a, b) => a.top[0] - b.top[0]).map(({ line }) => line));
}

function heightOf({ top, bottom }: { readonly top: Point; readonly bottom: Point }): number {
  return Math.hypot(bottom[0] - top[0], bottom[1] - top[1]);
}
