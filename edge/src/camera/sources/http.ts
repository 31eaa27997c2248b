import { AT_ONCE, type CameraSource, hostProblem, type InputRequest } from './camera-source.ts';

const timeout = ({ timeoutMs }: InputRequest): string[] => ['-rw_timeout', String(Math.round(timeoutMs * 1000))];

/** MJPEG cameras and files on web servers. */
export const http: CameraSource = {
  schemes: ['http', 'https'],
  isLive: false,
  hidesSilence: false,
  isMadeUp: false,
  hasEnd: false,
  hasStream: () => true,
  problem: hostProblem,
  // A transport stream does not say how many streams it has: without a limit FFmpeg looks for more of them for five seconds.
  inputArguments: (request) => [...timeout(request), ...AT_ONCE, '-analyzeduration', '500000', '-i', request.url],
  probeArguments: (request) => [...timeout(request), request.url],
};
