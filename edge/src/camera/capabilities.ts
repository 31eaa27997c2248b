import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { messageOf, systemCode } from '../kit/index.ts';
import { StreamError } from './errors.ts';

const execute = promisify(execFile);
const PROBE_DEADLINE_MS = 15_000;

/** What the FFmpeg on this machine can do and how it wants to be spoken to. */
export interface FfmpegCapabilities {
  readonly command: string;
  readonly version: string;
  /** RTSP's socket time-out in microseconds; in FFmpeg 4 `-timeout` would make it listen instead. */
  readonly timeoutOption: '-timeout' | '-stimeout';
  /** Hands every frame on as it is, neither doubled nor dropped. */
  readonly passthrough: readonly [string, string];
  /** Names of the video decoders. */
  readonly decoders: ReadonlySet<string>;
}

/**
 * Asks FFmpeg once for version and decoders.
 *
 * @throws StreamError `ffmpeg_missing` when it cannot be run.
 */
export async function probeFfmpeg(command = 'ffmpeg', signal?: AbortSignal): Promise<FfmpegCapabilities> {
  const options = { timeout: PROBE_DEADLINE_MS, maxBuffer: 4 << 20, ...(signal === undefined ? {} : { signal }) };
  try {
    const [version, decoders] = await Promise.all([
      execute(command, ['-hide_banner', '-version'], options),
      execute(command, ['-hide_banner', '-decoders'], options),
    ]);
    return readCapabilities(command, version.stdout, decoders.stdout);
  } catch (error) {
    if (signal?.aborted === true) throw error;
    const detail = systemCode(error) === 'ENOENT' ? 'it is not installed' : messageOf(error);
    throw new StreamError('ffmpeg_missing', `FFmpeg cannot be run (${command}): ${detail}`, error);
  }
}

/** Reads the answers of `ffmpeg -version` and `ffmpeg -decoders`. */
export function readCapabilities(command: string, versionText: string, decodersText: string): FfmpegCapabilities {
  const version = /^ffmpeg version (\S+)/m.exec(versionText)?.[1] ?? 'unknown';
  // libavformat 59 is FFmpeg 5.0; libavutil 57.28 is 5.1, which brought -fps_mode.
  const format = Number(/^libavformat\s+(\d+)\./m.exec(versionText)?.[1] ?? 59);
  const util = /^libavutil\s+(\d+)\.\s*(\d+)\./m.exec(versionText);
  const hasFpsMode = util === null || Number(util[1]) * 1000 + Number(util[2]) >= 57_028;
  const decoders = [...decodersText.matchAll(/^ V[A-Z.]{5} (?!=)(\S+)/gm)].map((match) => match[1] ?? '');
  return {
    command,
    version,
    timeoutOption: format >= 59 ? '-timeout' : '-stimeout',
    passthrough: hasFpsMode ? ['-fps_mode', 'passthrough'] : ['-vsync', '0'],
    decoders: new Set(decoders),
  };
}

/** Decoders of NVIDIA's Jetson by codec, best first. */
const HARDWARE: Readonly<Record<string, readonly string[]>> = {
  h264: ['h264_nvv4l2dec', 'h264_nvmpi'],
  hevc: ['hevc_nvv4l2dec', 'hevc_nvmpi'],
};

/** The hardware decoder to use for `codec`, if this FFmpeg has one. */
export function hardwareDecoder(capabilities: FfmpegCapabilities, codec: string): string | undefined {
  return HARDWARE[codec]?.find((name) => capabilities.decoders.has(name));
}

/** True when knowing the codec before the start can win a hardware decoder. */
export function hasHardwareDecoders(capabilities: FfmpegCapabilities): boolean {
  return Object.values(HARDWARE).some((names) => names.some((name) => capabilities.decoders.has(name)));
}
