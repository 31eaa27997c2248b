import type { CodePicture } from '../../edge/src/reading/index.ts';
import { drawText, textWidth } from '../../scripts/twin/src/printing/index.ts';
import { Canvas, rectangle, solid } from '../../scripts/twin/src/raster/index.ts';

export interface TextPrint {
  /** Height of the letters in pixels. Default: 24. */
  readonly height?: number;
  readonly degrees?: number;
}

/** A grey picture of lines of text, black on white. */
export function printedText(lines: readonly string[], { height = 24, degrees = 0 }: TextPrint = {}): CodePicture {
  const wide = Math.max(...lines.map((line) => textWidth(line, height)), 0);
  const high = lines.length * height * 2;
  const side = Math.ceil(Math.hypot(wide, high) + 2 * height);
  const canvas = new Canvas(side, side);
  canvas.fill(rectangle(0, 0, side, side), solid([225, 225, 225]));
  canvas.within(side / 2, side / 2, 1, 1, (degrees * Math.PI) / 180, () =>
    lines.forEach((line, index) =>
      drawText(
        canvas,
        line,
        -wide / 2,
        (index - lines.length / 2) * height * 2 + height / 2,
        height,
        solid([30, 30, 30]),
      ),
    ),
  );
  const pixels = Uint8Array.from({ length: side * side }, (_, at) => canvas.pixels[at * 3] ?? 0);
  return { width: side, height: side, channels: 1, pixels };
}
