import type { StreamErrorCode } from '../domain/index.ts';
import { SOCKET_TIMEOUT_MS, sourceOf } from './sources/index.ts';

/** Tried in order: the first pattern that any of the last lines matches decides, so causes come before consequences. */
const PATTERNS: readonly (readonly [StreamErrorCode, RegExp])[] = [
  ['auth', /\b401\b|\b403\b|unauthori[sz]ed|forbidden|authorization failed/i],
  ['not_found', /\b404\b|not found \(404|stream not found|no such file or directory|\b454\b/i],
  ['tls', /certificate|\bTLS\b.*(?:error|fail)|SSL|handshake|gnutls/i],
  ['refused', /connection refused|connection reset by peer before|\b503\b/i],
  [
    'unreachable',
    /no route to host|network is unreachable|host is unreachable|failed to resolve|name or service not known/i,
  ],
  ['timed_out', /timed out|timeout exceeded/i],
  ['disk', /no space left|read-only file system/i],
  ['codec', /decoder .*not found|unknown decoder|no decoder|error while opening decoder|decoder \(codec/i],
  ['no_keyframe', /could not find codec parameters.*(?:unspecified size|unspecified pixel format)/i],
  [
    'not_video',
    /matches no streams|does not contain any stream|invalid data found when processing input|moov atom not found|unable to find a suitable|protocol not found|is a directory/i,
  ],
];

/**
 * The cause in what FFmpeg wrote to stderr before it ended. `undefined` when no line names one, which for a live source
 * means that the stream just ended: FFmpeg's exit code is 0 even when the server was killed.
 */
export function classifyStderr(lines: readonly string[]): { code: StreamErrorCode; line: string } | undefined {
  for (const [code, pattern] of PATTERNS) {
    const line = lines.findLast((candidate) => pattern.test(candidate) && !isChatter(candidate));
    if (line !== undefined) return { code, line };
  }
  return undefined;
}

/**
 * The same where the waiting time is known too: FFmpeg reports "invalid data" for an RTSP server that accepts the
 * connection and never answers, as it does for one that answers with invalid data.
 */
export function causeOf(
  lines: readonly string[],
  { url, waitedMs }: { readonly url: string; readonly waitedMs: number },
): { code: StreamErrorCode; line: string } | undefined {
  const cause = classifyStderr(lines);
  const silent = cause?.code === 'not_video' && sourceOf(url).hidesSilence && waitedMs >= SOCKET_TIMEOUT_MS;
  return silent ? { code: 'timed_out', line: 'the source accepted the connection and did not answer' } : cause;
}

/** Lines below warning describe the stream and may carry any word. */
function isChatter(line: string): boolean {
  return /\[(?:info|verbose|debug)\]/.test(line);
}
