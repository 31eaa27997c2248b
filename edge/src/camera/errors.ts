import type { StreamErrorCode } from '../domain/index.ts';
import { LinesideError, printable, redactUrls, type Retry } from '@lineside/kit';

/** What a technician can do about each way a stream fails. */
export const STREAM_ADVICE: Readonly<Record<StreamErrorCode, string>> = {
  refused:
    'The camera answers but nothing listens on that port. Check the port in the URL and that RTSP is switched on.',
  unknown_host:
    'The name of the camera is not known to the network. Check the spelling and the DNS server, or write its IP address.',
  unreachable: 'No way to the camera. Check power, cable, switch port, address and network mask.',
  timed_out: 'The camera did not answer in time. Check cable and network load; with UDP try `transport: tcp`.',
  auth: 'The camera refused the user name or password. Correct them in the config; many cameras lock after few tries.',
  auth_method:
    'The camera accepts only a way to log in that FFmpeg does not have. Switch on Digest with MD5 (often called "digest/basic" or "compatible") in the camera; on a closed network Basic will do.',
  bad_request:
    'The camera does not understand the request. Compare the path and the parameters of the URL with its manual; a camera of another make may want another port.',
  rejected:
    'The camera refused the request in its own words above. Compare the URL with its manual, and update its firmware.',
  transport:
    'The camera or the network between does not carry video this way. Set `transport: tcp` for this camera; if that is set, `transport: udp`.',
  no_bandwidth:
    'The camera has too many viewers or too little bandwidth left. Close other viewers, raise its limit, or use its sub-stream.',
  busy: 'The camera is starting, overloaded or has too many viewers. Close other viewers; it is tried again by itself.',
  internal_error: 'The camera reports a fault of its own. Restart the camera and update its firmware.',
  not_found:
    'The address has no such stream or file. Compare the path in the URL with the manual of the camera; for a camera of this machine check that it is plugged in (`ls /dev/v4l/by-id`).',
  no_access:
    'The user of the service may not read this device or file. For a camera of this machine: `sudo usermod -aG video lineside`, then restart the service; for a file: give the user read access.',
  tls: 'The encrypted connection failed. Check certificate and clock of camera and appliance, or use rtsp:// inside a closed network.',
  codec:
    'This FFmpeg cannot decode the stream. Set the camera to H.264 (or H.265) with 8 bits, or install the decoder.',
  not_video:
    'What came is not a video stream. Open the URL in a player; it may be a web page, an audio stream or a broken file.',
  no_keyframe: 'Data comes but no picture. Set the key frame interval (GOP) of the camera to 1 to 2 seconds.',
  resolution_changed:
    'The camera changed its picture size; the stream is being started again. Nothing to do if it was wanted.',
  stalled: 'The stream stopped delivering pictures. Check cable, network load and the load of the camera.',
  ended: 'The source closed the stream. Check whether the camera restarts or limits the number of viewers.',
  decoder_hung:
    'The decoder hung and had to be killed. If it happens again, use the sub-stream of the camera or software decoding.',
  ffmpeg_missing:
    "Install FFmpeg 4.4 or later (`sudo apt install ffmpeg`), so that `ffmpeg -version` answers for the service's user.",
  ffmpeg_slow:
    'Nothing to install: FFmpeg is there and was slow to answer. It is asked again by itself; lower the load if this stays.',
  disk: 'A disk is full or cannot be written. Run `lineside doctor`.',
  secret_missing: 'Put the secret where the configuration looks for it; the camera is started by itself then.',
  unknown: 'Run `lineside doctor`; `lineside camera health ID --log` shows the last lines that FFmpeg wrote.',
};

/** What a camera answers is its own text. */
const MESSAGE_MAX = 500;

const RETRY: Readonly<Partial<Record<StreamErrorCode, Retry>>> = {
  resolution_changed: 'now',
  ffmpeg_missing: 'never',
};

/** A stream that failed, with a code for the cause. Messages contain no credentials. */
export class StreamError extends LinesideError {
  override readonly name = 'StreamError';
  declare readonly code: StreamErrorCode;

  constructor(code: StreamErrorCode, message: string, cause?: unknown) {
    super({
      code,
      message: printable(redactUrls(message), MESSAGE_MAX),
      advice: STREAM_ADVICE[code],
      retry: RETRY[code] ?? 'later',
      ...(cause === undefined ? {} : { cause }),
    });
  }
}
