import { type CameraSource, hostProblem, type InputRequest, SOCKET_TIMEOUT_MS } from './camera-source.ts';

const transportOptions = ({ transport, timeoutOption }: InputRequest): string[] => [
  ...['-rtsp_transport', transport],
  ...[timeoutOption, String(SOCKET_TIMEOUT_MS * 1000)],
];

/** Cameras on the network (RFC 2326), also over TLS. */
export const rtsp: CameraSource = {
  schemes: ['rtsp', 'rtsps'],
  isLive: true,
  hidesSilence: true,
  problem: hostProblem,
  inputArguments: (request) => [
    ...transportOptions(request),
    ...['-allowed_media_types', 'video'],
    ...['-probesize', '500000', '-analyzeduration', '500000', '-fflags', '+discardcorrupt'],
    ...['-i', request.url],
  ],
  probeArguments: (request) => [...transportOptions(request), request.url],
};
