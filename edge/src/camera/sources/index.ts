/**
 * Where frames can come from, by the scheme of a camera's URL. A new kind of source is one file here and one entry in
 * `SOURCES`. Loads no other code, so that the configuration can ask what is wrong with a URL.
 */
import { type CameraSource, schemeOf } from './camera-source.ts';
import { file } from './file.ts';
import { http } from './http.ts';
import { lavfi } from './lavfi.ts';
import { rtsp } from './rtsp.ts';

export { isStillFile } from './file.ts';
export {
  type CameraSource,
  type PlaybackRequest,
  SOCKET_TIMEOUT_MS,
  socketTimeoutMs,
  STREAM_TIMEOUT_MS,
} from './camera-source.ts';

const SOURCES: readonly CameraSource[] = [rtsp, http, file, lavfi];

/** The source that reads `url`. What has no known scheme is taken for a path. */
export function sourceOf(url: string): CameraSource {
  const scheme = schemeOf(url);
  return SOURCES.find(({ schemes }) => scheme !== undefined && schemes.includes(scheme)) ?? file;
}

/** Why no frames can come from `url`, or undefined. An absolute path, or one that starts with a dot, is a file. */
export function cameraUrlProblem(url: string): string | undefined {
  if (/^\.{0,2}\//.test(url)) return undefined;
  const scheme = schemeOf(url);
  if (scheme === undefined || !URL.canParse(url)) return 'is not a URL';
  const source = SOURCES.find(({ schemes }) => schemes.includes(scheme));
  if (source !== undefined) return source.problem(url);
  return `has the scheme ${scheme}:, known are ${SOURCES.flatMap(({ schemes }) => schemes).join(', ')}`;
}
