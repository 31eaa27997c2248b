import type { CameraSource } from './camera-source.ts';

/** A filter graph of FFmpeg that makes frames: for tests, and for commissioning without a camera. */
export const lavfi: CameraSource = {
  schemes: ['lavfi'],
  isLive: false,
  hidesSilence: false,
  isMadeUp: true,
  hasEnd: false,
  hasStream: () => false,
  problem: () => undefined,
  inputArguments: ({ url, paced }) => [...(paced ? ['-re'] : []), '-f', 'lavfi', '-i', graphOf(url)],
  probeArguments: ({ url }) => ['-f', 'lavfi', graphOf(url)],
};

function graphOf(url: string): string {
  return url.slice('lavfi:'.length);
}
