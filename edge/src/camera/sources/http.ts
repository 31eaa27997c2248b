import { type CameraSource, hostProblem, SOCKET_TIMEOUT_MS } from './camera-source.ts';

const TIMEOUT = ['-rw_timeout', String(SOCKET_TIMEOUT_MS * 1000)];

/** MJPEG cameras and files on web servers. */
export const http: CameraSource = {
  schemes: ['http', 'https'],
  isLive: false,
  hidesSilence: false,
  problem: hostProblem,
  inputArguments: ({ url }) => [...TIMEOUT, '-i', url],
  probeArguments: ({ url }) => [...TIMEOUT, url],
};
