import {
  type FfmpegCapabilities,
  hasHardwareDecoders,
  probeFfmpeg,
  type RefusedDecoder,
  tryDecoders,
} from '../../camera/index.ts';
import { LinesideError, loadText, messageOf, ProgramError, runProgram, systemCode } from '@lineside/kit';
import type { Check } from '../check.ts';
import { type CheckFinding, derived, found, ok } from '../finding.ts';

const ANSWER_MS = 5_000;
const NEEDED_FFMPEG = [4, 4] as const;
const NEEDED_DECODERS = ['h264', 'hevc', 'mjpeg'];

/** FFmpeg, ffprobe and the decoders that cameras need. Passes the capabilities to `learned`. */
export function ffmpegCheck(path: string | undefined, learned: (capabilities: FfmpegCapabilities) => void): Check {
  return {
    name: 'ffmpeg',
    deadlineMs: 20_000,
    run: async (signal) => {
      try {
        const { capabilities, refused } = await tryDecoders(await probeFfmpeg('ffmpeg', signal), signal);
        learned(capabilities);
        const old = oldFfmpeg(capabilities.version);
        if (old !== undefined) return [old];
        return [
          ...(await ffprobeFindings(path, signal)),
          ...decoderFindings(capabilities),
          ...refused.map(refusedFinding),
        ];
      } catch (error) {
        if (!(error instanceof LinesideError)) throw error;
        const { code, message, advice } = error;
        if (code === 'ffmpeg_slow') return [found('ffmpeg_slow', slowText(message))];
        return [derived('ffmpeg', { code, message, advice })];
      }
    },
  };
}

/** The finding about a release before 4.4; undefined for later ones, and for builds that name no release. */
export function oldFfmpeg(version: string): CheckFinding | undefined {
  const release = /^n?(\d+)\.(\d+)/.exec(version);
  if (release === null) return undefined;
  const [major, minor] = [Number(release[1]), Number(release[2])];
  if (major > NEEDED_FFMPEG[0] || (major === NEEDED_FFMPEG[0] && minor >= NEEDED_FFMPEG[1])) return undefined;
  return found('ffmpeg_too_old', `FFmpeg ${version} is too old`, { args: { version } });
}

async function ffprobeFindings(path: string | undefined, signal: AbortSignal): Promise<readonly CheckFinding[]> {
  const env = path === undefined ? {} : { PATH: path };
  try {
    await runProgram('ffprobe', ['-version'], { env, timeoutMs: ANSWER_MS, signal });
    return [];
  } catch (error) {
    if (signal.aborted) throw error;
    if (error instanceof ProgramError && error.timedOut) return [found('ffprobe_slow', slowText(messageOf(error)))];
    const detail = systemCode(error) === 'ENOENT' ? 'it is not installed' : messageOf(error);
    return [found('ffprobe_missing', `ffprobe cannot be run: ${detail}`)];
  }
}

function slowText(message: string): string {
  return message.includes('load ') ? message : `${message} (${loadText()})`;
}

/** Decoders that cameras need and this build lacks. */
export function decoderFindings(capabilities: FfmpegCapabilities): readonly CheckFinding[] {
  const missing = NEEDED_DECODERS.filter((name) => !capabilities.decoders.has(name));
  const hardware = hasHardwareDecoders(capabilities) ? 'hardware decoders' : 'software decoders';
  const what = `FFmpeg ${capabilities.version}, ${hardware}`;
  if (missing.length === 0) return [ok('ffmpeg', what, undefined, { version: capabilities.version })];
  const code = missing.includes('h264') ? 'ffmpeg_no_h264' : 'ffmpeg_decoders';
  return [found(code, `${what}, without ${missing.join(', ')}`)];
}

/** A decoder that is listed and gives no picture. */
export function refusedFinding({ name, reason }: RefusedDecoder): CheckFinding {
  return found('decoder_unusable', `FFmpeg lists the decoder ${name}, and ${reason}`, {
    ...{ subject: name, args: { decoder: name } },
  });
}
