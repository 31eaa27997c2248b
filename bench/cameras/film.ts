import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { cameraVideo, type VideoFacts } from '../slice/video.ts';

/** Squares in the top left corner that write the frame's number in black and white, lowest bit first. */
const BITS = 8;
/** Side of a square, as a part of the frame's width. */
const SQUARE = 1 / 32;

/** The twin's product camera with each frame's number in its corner; H.264 with a key frame each second. */
export async function numberedFilm(facts: VideoFacts, signal: AbortSignal): Promise<string> {
  if (facts.fps * facts.seconds > 2 ** BITS) throw new Error('a film has at most 256 frames');
  const plain = await cameraVideo(facts, signal);
  const side = Math.round(facts.width * SQUARE);
  const box = (x: number, width: number, colour: string, when: string): string =>
    `drawbox=x=${x}:y=0:w=${width}:h=${side}:color=${colour}:t=fill:enable='${when}'`;
  const bits = Array.from({ length: BITS }, (_, bit) =>
    box(bit * side, side, 'white', `mod(floor(t*${facts.fps}/${2 ** bit}+0.01/${2 ** bit}),2)`),
  );
  const film = join(facts.folder, 'numbered.mp4');
  const shape = ['-c:v', 'libx264', '-preset', 'veryfast', '-crf', '23', '-bf', '0', '-g', `${facts.fps}`];
  const filters = [box(0, BITS * side, 'black', '1'), ...bits].join(',');
  const args = ['-nostdin', '-loglevel', 'error', '-i', plain, '-vf', filters, ...shape, '-y', film];
  await promisify(execFile)('ffmpeg', args, { signal });
  return film;
}

/** Where a frame lies within packed pixels of three bytes. */
export interface Place {
  readonly width: number;
  /** Of the frame, without bars. */
  readonly top: number;
}

/** The number in a frame that fills the width of the picture. */
export function numberIn(pixels: Uint8Array, { width, top }: Place): number {
  const side = width * SQUARE;
  let number = 0;
  for (let bit = 0; bit < BITS; bit += 1) {
    const [x, y] = [Math.floor((bit + 0.5) * side), top + Math.floor(side / 2)];
    if ((pixels[3 * (y * width + x)] ?? 0) > 127) number += 2 ** bit;
  }
  return number;
}
