import type { StreamErrorCode } from '../domain/index.ts';
import { SOCKET_TIMEOUT_MS, sourceOf } from './sources/index.ts';

/** What a camera's status code means: RTSP (RFC 2326, 7.1.1) and HTTP (RFC 9110, 15). */
const STATUS: Readonly<Record<number, StreamErrorCode>> = {
  400: 'bad_request',
  401: 'auth',
  403: 'auth',
  404: 'not_found',
  407: 'auth',
  410: 'not_found',
  429: 'busy',
  453: 'no_bandwidth',
  461: 'transport',
  503: 'busy',
};

/** `method SETUP failed: 461 Unsupported Transport`, `HTTP error 503 Service Unavailable`, `Server returned 400 Bad Request`. */
const ANSWER = /(?:method (\w+) failed:|HTTP error|Server returned) ([45]\d\d)\b *(.*)/;

/** Tried in order: the first pattern that any of the last lines matches decides, so causes come before consequences. */
const PATTERNS: readonly (readonly [StreamErrorCode, RegExp])[] = [
  ['auth', /authorization failed/i],
  ['no_access', /permission denied|video device .*operation not permitted/i],
  ['not_found', /stream not found|no such file or directory|no such device/i],
  ['busy', /device or resource busy/i],
  ['tls', /certificate|\bTLS\b.*(?:error|fail)|SSL|handshake|gnutls/i],
  ['transport', /nonmatching transport in server reply|protocol not supported/i],
  ['refused', /connection refused|connection reset by peer before/i],
  ['unknown_host', /failed to resolve|name or service not known|temporary failure in name resolution/i],
  ['unreachable', /no route to host|network is unreachable|host is unreachable/i],
  ['timed_out', /timed out|timeout exceeded/i],
  ['disk', /no space left|read-only file system/i],
  ['codec', /decoder .*not found|unknown decoder|no decoder|error while opening decoder|decoder \(codec/i],
  // Only asked when not one frame came.
  [
    'codec',
    /error while decoding|error submitting .*packet|decode_slice_header error|invalid nal unit size|no frame!/i,
  ],
  ['no_keyframe', /could not find codec parameters.*(?:unspecified size|unspecified pixel format)/i],
  [
    'not_video',
    /matches no streams|does not contain any stream|invalid data found when processing input|moov atom not found|not a video capture device|inappropriate ioctl|unable to find a suitable|protocol not found|is a directory/i,
  ],
];

export interface Cause {
  readonly code: StreamErrorCode;
  readonly line: string;
}

/** The network between drops it, or the camera sends it elsewhere. */
export const NOTHING_OVER_UDP: Cause = {
  code: 'transport',
  line: 'the camera accepted UDP, and no complete picture arrived over it',
};

/** What a status of HTTP or RTSP from 400 on means; every other one is no answer to the request. */
export function causeOfStatus(status: number, words: string, method?: string): Cause {
  const code = STATUS[status] ?? (status >= 500 && status < 600 ? 'internal_error' : 'rejected');
  const to = method === undefined ? '' : ` to ${method}`;
  return { code, line: `the camera answers${to}: ${status} ${words}`.trim() };
}

/** What the camera itself answered, with its code, or undefined when it answered nothing but success. */
function answerOf(lines: readonly string[]): Cause | undefined {
  // The first one names the method.
  for (const line of lines) {
    const found = isChatter(line) ? null : ANSWER.exec(line);
    if (found === null) continue;
    const [, method, status = '', words = ''] = found;
    return causeOfStatus(Number(status), words, method);
  }
  return undefined;
}

/**
 * The cause in what FFmpeg wrote to stderr before it ended. `undefined` when no line names one, which for a live source
 * means that the stream just ended: FFmpeg's exit code is 0 even when the server was killed.
 */
export function classifyStderr(lines: readonly string[]): Cause | undefined {
  const answer = answerOf(lines);
  if (answer !== undefined) return answer;
  for (const [code, pattern] of PATTERNS) {
    const line = lines.findLast((candidate) => pattern.test(candidate) && !isChatter(candidate));
    if (line !== undefined) return { code, line };
  }
  return undefined;
}

/**
 * The same where the waiting time and the transport are known too: FFmpeg reports "invalid data" for an RTSP server that
 * accepts the connection and never answers, as it does for one that answers with invalid data; and a stream without
 * size when no packet arrives over UDP.
 */
export function causeOf(
  lines: readonly string[],
  { url, transport, waitedMs }: { readonly url: string; readonly transport: 'tcp' | 'udp'; readonly waitedMs: number },
): Cause | undefined {
  const cause = classifyStderr(lines);
  const source = sourceOf(url);
  if (cause?.code === 'no_keyframe' && source.hidesSilence && transport === 'udp') return NOTHING_OVER_UDP;
  const silent = cause?.code === 'not_video' && source.hidesSilence && waitedMs >= SOCKET_TIMEOUT_MS;
  return silent ? { code: 'timed_out', line: 'the source accepted the connection and did not answer' } : cause;
}

/** Lines below warning describe the stream and may carry any word. */
function isChatter(line: string): boolean {
  return /\[(?:info|verbose|debug)\]/.test(line);
}
