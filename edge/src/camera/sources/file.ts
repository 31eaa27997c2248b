import { fileURLToPath } from 'node:url';
import { type CameraSource, schemeOf } from './camera-source.ts';

/** Endings by which FFmpeg takes a file for a still picture (its demuxer image2, without those that are no picture). */
const STILL =
  /\.(?:jpe?g|jps|mpo|ljpg|jpegls|jls|png|pns|mng|apng|ppm|pnm|pgm|pgmyuv|pbm|pam|pfm|phm|bmp|tga|tiff?|sgi|pcx|xwd|xbm|xpm|webp|jxl|jp2|j2k|j2c|jpc|jpf|dpx|exr|hdr|im[18]|im24|im32|sun(?:ras)?|ras|pic|pct|pict|psd|qoi)$/i;

/** True for the file of a still picture, whose stored pixels are what everybody else shows as they are. */
export function isStillFile(url: string): boolean {
  const scheme = schemeOf(url);
  return STILL.test(url) && (scheme === undefined || scheme === 'file');
}

/** A recording on this machine: `file:///path`, or a path without a scheme. */
export const file: CameraSource = {
  schemes: ['file'],
  isLive: false,
  hidesSilence: false,
  isMadeUp: false,
  hasEnd: true,
  hasStream: () => true,
  problem: (url) => (decodes(url) ? undefined : 'has a % that begins no code of a character; write % as %25'),
  inputArguments: ({ url, paced, loop }) => [
    ...(paced ? ['-re'] : []),
    ...(loop ? ['-stream_loop', '-1'] : []),
    ...literally(inputOf(url)),
    ...['-i', inputOf(url)],
  ],
  probeArguments: ({ url }) => [...literally(inputOf(url)), inputOf(url)],
};

/** The name of a picture with a percent sign, or in such a folder, would be a pattern: `img%03d.jpg`. */
function literally(input: string): readonly string[] {
  return input.includes('%') && STILL.test(input) ? ['-f', 'image2', '-pattern_type', 'none'] : [];
}

function decodes(url: string): boolean {
  if (!isFileUrl(url)) return true;
  try {
    fileURLToPath(url);
    return true;
  } catch (error) {
    if (error instanceof URIError || error instanceof TypeError) return false;
    throw error;
  }
}

function isFileUrl(url: string): boolean {
  return schemeOf(url) === 'file' && /^file:\/\//i.test(url);
}

function inputOf(url: string): string {
  // The prefix keeps a path with a colon from being taken for a protocol, and one with a dash for an option.
  return `file:${isFileUrl(url) ? fileURLToPath(url) : url}`;
}
