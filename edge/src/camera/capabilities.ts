import { hasVideoDevices } from './devices.ts';
import { messageOf, ProgramError, runProgram, systemCode } from '@lineside/kit';
import { StreamError } from './errors.ts';

const PROBE_DEADLINE_MS = 15_000;

/** What the FFmpeg on this machine can do, and which options it understands. */
export interface FfmpegCapabilities {
  readonly command: string;
  readonly version: string;
  /** RTSP's socket time-out in microseconds; in FFmpeg 4 `-timeout` would make it listen instead. */
  readonly timeoutOption: '-timeout' | '-stimeout';
  /** Passes every frame on as it is, neither duplicated nor dropped. */
  readonly passthrough: readonly [string, string];
  /** Filter that writes each frame's number and time to stderr; undefined where this FFmpeg was built without it. */
  readonly timesFilter: 'showinfo=checksum=0' | 'showinfo' | undefined;
  /** Names of the video decoders. */
  readonly decoders: ReadonlySet<string>;
}

/**
 * Asks FFmpeg once for version and decoders.
 *
 * @throws StreamError `ffmpeg_missing` when it cannot be run, `ffmpeg_slow` when it runs and does not answer in time.
 */
export async function probeFfmpeg(command = 'ffmpeg', signal?: AbortSignal): Promise<FfmpegCapabilities> {
  const options = { timeoutMs: PROBE_DEADLINE_MS, keepCharacters: 4 << 20, ...(signal && { signal }) };
  try {
    const [decoders, showinfo] = await Promise.all([
      // Its banner tells the version.
      runProgram(command, ['-decoders'], options),
      // Whether an unknown filter is an error depends on the version; either way there is none.
      runProgram(command, ['-hide_banner', '-h', 'filter=showinfo'], options).then(
        ({ stdout }) => stdout,
        () => '',
      ),
    ]);
    const capabilities = readCapabilities(command, decoders.stderr, decoders.stdout, showinfo);
    return (await hasVideoDevices()) ? capabilities : withoutDevices(capabilities);
  } catch (error) {
    if (signal?.aborted === true) throw error;
    if (error instanceof ProgramError && error.timedOut) {
      throw new StreamError('ffmpeg_slow', `FFmpeg is slow: ${messageOf(error)}`, error);
    }
    const detail = systemCode(error) === 'ENOENT' ? 'it is not installed' : messageOf(error);
    throw new StreamError('ffmpeg_missing', `FFmpeg cannot be run (${command}): ${detail}`, error);
  }
}

/** Reads the banner and the answer of `ffmpeg -decoders`, and the answer of `ffmpeg -h filter=showinfo`. */
export function readCapabilities(
  command: string,
  versionText: string,
  decodersText: string,
  showinfoText: string,
): FfmpegCapabilities {
  const version = /^ffmpeg version (\S+)/m.exec(versionText)?.[1] ?? 'unknown';
  // libavformat 59 is FFmpeg 5.0; libavutil 57.28 is 5.1, which brought -fps_mode.
  const format = Number(/^\s*libavformat\s+(\d+)\./m.exec(versionText)?.[1] ?? 59);
  const util = /^\s*libavutil\s+(\d+)\.\s*(\d+)\./m.exec(versionText);
  const hasFpsMode = util === null || Number(util[1]) * 1000 + Number(util[2]) >= 57_028;
  const decoders = [...decodersText.matchAll(/^ V[A-Z.]{5} (?!=)(\S+)/gm)].map((match) => match[1] ?? '');
  return {
    command,
    version,
    timeoutOption: format >= 59 ? '-timeout' : '-stimeout',
    passthrough: hasFpsMode ? ['-fps_mode', 'passthrough'] : ['-vsync', '0'],
    timesFilter: timeFilterOf(showinfoText),
    decoders: new Set(decoders),
  };
}

/** Old versions have no options and compute checksums that nobody reads. */
function timeFilterOf(help: string): FfmpegCapabilities['timesFilter'] {
  if (!/^Filter showinfo/m.test(help)) return undefined;
  return /^\s+checksum\b/m.test(help) ? 'showinfo=checksum=0' : 'showinfo';
}

/** Hardware decoders by codec, best first: those of NVIDIA's Jetson, then the kernel's own interface. */
export const HARDWARE_DECODERS: Readonly<Record<string, readonly string[]>> = {
  h264: ['h264_nvv4l2dec', 'h264_nvmpi', 'h264_v4l2m2m'],
  hevc: ['hevc_nvv4l2dec', 'hevc_nvmpi', 'hevc_v4l2m2m'],
};

/** The hardware decoders for `codec` that this FFmpeg has, best first. */
export function hardwareDecoders({ decoders }: FfmpegCapabilities, codec: string): readonly string[] {
  return (HARDWARE_DECODERS[codec] ?? []).filter((name) => decoders.has(name));
}

/** FFmpeg is built with the decoders of the kernel's interface everywhere; without such a device they are no hardware. */
function withoutDevices(capabilities: FfmpegCapabilities): FfmpegCapabilities {
  const decoders = new Set([...capabilities.decoders].filter((name) => !name.endsWith('_v4l2m2m')));
  return { ...capabilities, decoders };
}

/** True when knowing the codec before the start can win a hardware decoder. */
export function hasHardwareDecoders(capabilities: FfmpegCapabilities): boolean {
  return Object.values(HARDWARE_DECODERS).some((names) => names.some((name) => capabilities.decoders.has(name)));
}
