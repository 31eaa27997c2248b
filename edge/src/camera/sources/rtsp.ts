import { AT_ONCE, type CameraSource, hostProblem, type InputRequest } from './camera-source.ts';

const transportOptions = ({ transport, timeoutOption, timeoutMs }: InputRequest): string[] => [
  ...['-rtsp_transport', transport],
  ...[timeoutOption, String(Math.round(timeoutMs * 1000))],
];

/** Cameras on the network (RFC 2326), also over TLS. */
export const rtsp: CameraSource = {
  schemes: ['rtsp', 'rtsps'],
  isLive: true,
  hidesSilence: true,
  isMadeUp: false,
  hasEnd: false,
  hasStream: () => true,
  problem: hostProblem,
  inputArguments: (request) => [
    ...transportOptions(request),
    ...['-allowed_media_types', 'video'],
    ...AT_ONCE,
    ...['-probesize', '500000', '-analyzeduration', '500000', '-fflags', '+discardcorrupt'],
    ...['-i', request.url],
  ],
  probeArguments: (request) => [...transportOptions(request), request.url],
};
