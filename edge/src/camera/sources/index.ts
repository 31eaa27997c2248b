/**
 * Where frames can come from, by the scheme of a camera's URL. A new kind of source is one file here and one entry in
 * `SOURCES`. Loads no other code, so that the configuration can ask what is wrong with a URL.
 */
import { type CameraSource, schemeOf } from './camera-source.ts';
import { file } from './file.ts';
import { http } from './http.ts';
import { lavfi } from './lavfi.ts';
import { rtsp } from './rtsp.ts';
import { isDevicePath, v4l2 } from './v4l2.ts';

export { isStillFile } from './file.ts';
export {
  type CameraSource,
  type PlaybackRequest,
  SOCKET_TIMEOUT_MS,
  socketTimeoutMs,
  STREAM_TIMEOUT_MS,
} from './camera-source.ts';

const SOURCES: readonly CameraSource[] = [rtsp, http, v4l2, file, lavfi];

/** The source that reads `url`. What has no known scheme is taken for a path. */
export function sourceOf(url: string): CameraSource {
  if (isDevicePath(url)) return v4l2;
  const scheme = schemeOf(url);
  return SOURCES.find(({ schemes }) => scheme !== undefined && schemes.includes(scheme)) ?? file;
}

/** Why no frames can come from `url`, or undefined. An absolute path, or one that starts with a dot, is a file. */
export function cameraUrlProblem(url: string): string | undefined {
  if (/^\.{0,2}\//.test(url)) return sourceOf(url).problem(url);
  const scheme = schemeOf(url);
  if (scheme === undefined || !URL.canParse(url)) return 'is not a URL';
  const source = SOURCES.find(({ schemes }) => schemes.includes(scheme));
  if (source !== undefined) return source.problem(url);
  return `has the scheme ${scheme}:, known are ${SOURCES.flatMap(({ schemes }) => schemes).join(', ')}`;
}
