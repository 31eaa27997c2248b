import { fileURLToPath } from 'node:url';
import { type CameraSource, schemeOf } from './camera-source.ts';

/** A recording on this machine: `file:///path`, or a path without a scheme. */
export const file: CameraSource = {
  schemes: ['file'],
  isLive: false,
  hidesSilence: false,
  problem: () => undefined,
  inputArguments: ({ url, paced, loop }) => [
    ...(paced ? ['-re'] : []),
    ...(loop ? ['-stream_loop', '-1'] : []),
    ...['-i', inputOf(url)],
  ],
  probeArguments: ({ url }) => [inputOf(url)],
};

function inputOf(url: string): string {
  // The prefix keeps a path with a colon from being taken for a protocol, and one with a dash for an option.
  return `file:${schemeOf(url) === 'file' && /^file:\/\//i.test(url) ? fileURLToPath(url) : url}`;
}
