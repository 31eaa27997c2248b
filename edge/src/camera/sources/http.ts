import { AT_ONCE, type CameraSource, hostProblem, type InputRequest } from './camera-source.ts';

const timeout = ({ timeoutMs }: InputRequest): string[] => ['-rw_timeout', String(Math.round(timeoutMs * 1000))];

/** MJPEG cameras and files on web servers. */
export const http: CameraSource = {
  schemes: ['http', 'https'],
  isLive: false,
  hidesSilence: false,
  problem: hostProblem,
  inputArguments: (request) => [...timeout(request), ...AT_ONCE, '-i', request.url],
  probeArguments: (request) => [...timeout(request), request.url],
};
