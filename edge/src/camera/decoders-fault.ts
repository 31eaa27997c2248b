import type { RunEnd } from './stream-run.ts';

/** A camera that is away or refuses says nothing about the decoder. */
const NOT_THE_DECODER: ReadonlySet<string> = new Set([
  ...[
    'refused',
    'unreachable',
    'unknown_host',
    'timed_out',
    'auth',
    'auth_method',
    'not_found',
    'bad_request',
    'no_access',
  ],
  ...['rejected', 'no_bandwidth', 'busy', 'tls', 'ffmpeg_missing', 'ffmpeg_slow', 'disk', 'secret_missing'],
]);

/** Whether a run that gave no picture may have failed because of its decoder. */
export function isDecodersFault({ error }: RunEnd): boolean {
  return error !== undefined && !NOT_THE_DECODER.has(error.code);
}
