import { mkdir, writeFile } from 'node:fs/promises';
import { basename, extname, join } from 'node:path';
import { type FfmpegCapabilities, type InputFrame, inputFrames } from '../camera/index.ts';
import type { ModelManifest } from '../inference/index.ts';
import type { Prediction } from './predictor.ts';
import { paintMap, paintMask } from './paint.ts';

/** A frame in the form of the model's input and, where it will be drawn on, the full frame. */
export interface Picture {
  readonly frame: InputFrame;
  readonly whole?: InputFrame;
}

export interface PictureRequest {
  readonly path: string;
  readonly input: ModelManifest['input'];
  /** Frames per second at most; all of them when left out. */
  readonly fps?: number;
  readonly draw: boolean;
  readonly capabilities: FfmpegCapabilities;
  readonly signal: AbortSignal;
}

/** Frames of an image or a video, at most `fps` per second. To draw, the file is decoded a second time in parallel. */
export async function* pictures(request: PictureRequest): AsyncGenerator<Picture, void, void> {
  const { path, input, fps, capabilities, signal } = request;
  const { width, height, color, letterbox } = input;
  const format = { width, height, color, ...letterbox };
  const whole = request.draw ? inputFrames(path, { signal, capabilities }) : undefined;
  let nextS = 0;
  try {
    for await (const frame of inputFrames(path, { signal, capabilities, format })) {
      const beside = await whole?.next();
      // Half a millisecond of tolerance for rounded timestamps.
      if (fps !== undefined && frame.timeS < nextS - 0.0005) continue;
      if (fps !== undefined) nextS = Math.max(nextS + 1 / fps, frame.timeS);
      yield { frame, ...(beside === undefined || beside.done === true ? {} : { whole: beside.value }) };
    }
  } finally {
    await whole?.return();
  }
}

/** Writes the frame with its boxes, masks and map to `DIR/NAME-000012.jpg` and returns that path. */
export async function drawTo(
  dir: string,
  input: string,
  picture: InputFrame,
  { prediction, manifest }: { readonly prediction: Prediction; readonly manifest: ModelManifest },
): Promise<string> {
  const { width, height, index } = picture;
  const size = { width, height };
  // Loaded here, because the image library is large and only drawing needs it.
  const { drawJpeg } = await import('../vision/index.ts');
  const overlays = prediction.detections.map(({ box, label, score }) => ({
    box,
    text: `${label} ${score.toFixed(2)}`,
    colour: 'plain' as const,
  }));
  const { jpeg } = await drawJpeg({ pixels: painted(picture, prediction, manifest), size, source: size, overlays });
  const name = `${basename(input, extname(input))}-${String(index).padStart(6, '0')}.jpg`;
  await mkdir(dir, { recursive: true });
  await writeFile(join(dir, name), jpeg);
  return join(dir, name);
}

function painted(picture: InputFrame, prediction: Prediction, { output, thresholds }: ModelManifest): Uint8Array {
  const pixels = Uint8Array.from(picture.pixels);
  if (prediction.status === 'no_result') return pixels;
  const { pixelThreshold, threshold } = output.options ?? {};
  const map = prediction.anomaly?.map;
  if (map !== undefined) paintMap(pixels, picture, map, pixelThreshold ?? threshold ?? thresholds.score);
  for (const { mask, classId } of prediction.detections) {
    if (mask !== undefined) paintMask(pixels, picture, mask, classId);
  }
  return pixels;
}
