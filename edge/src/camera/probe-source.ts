import { type Clock, exitText, loadText, ProgramError, runProgram, systemCode } from '@lineside/kit';
import type { FfmpegCapabilities } from './capabilities.ts';
import { causeOf, NOTHING_OVER_UDP } from './classify.ts';
import { StreamError } from './errors.ts';
import { explainAuth } from './explain-auth.ts';
import { ffmpegEnvironment } from './ffmpeg-environment.ts';
import { SOCKET_TIMEOUT_MS, sourceOf } from './sources/index.ts';
import { UrlHandover } from './url-handover.ts';

const PROBE_DEADLINE_MS = 15_000;

export interface SourceProbe {
  readonly codec: string;
  readonly width: number;
  readonly height: number;
  /** Average frames per second, where the source reports it. */
  readonly fps?: number;
}

/**
 * Opens a source with ffprobe and reads what it is.
 *
 * @throws StreamError with the code of what is wrong.
 */
export async function probeSource(
  url: string,
  transport: 'tcp' | 'udp',
  capabilities: FfmpegCapabilities,
  clock: Clock,
  signal: AbortSignal,
): Promise<SourceProbe> {
  const { timeoutOption } = capabilities;
  await using handover = await UrlHandover.open(url);
  const input = sourceOf(url).probeArguments({
    url: handover.input,
    transport,
    timeoutOption,
    timeoutMs: SOCKET_TIMEOUT_MS,
  });
  const entries = 'stream=codec_name,width,height,avg_frame_rate';
  const show = ['-select_streams', 'v:0', '-show_entries', entries, '-of', 'default=noprint_wrappers=1'];
  const command = capabilities.command.replace(/ffmpeg(?=[^/]*$)/, 'ffprobe');
  const startedMs = clock.monoMs();
  try {
    const args = ['-v', 'level+warning', ...show, ...input];
    const { stdout } = await runProgram(command, args, {
      ...{ timeoutMs: PROBE_DEADLINE_MS, signal },
      // It dies with the group of the vision process, which may be killed at any time.
      group: 'parent',
      env: ffmpegEnvironment(),
    });
    return readProbe(stdout, transport === 'udp' && sourceOf(url).hidesSilence);
  } catch (error) {
    if (signal.aborted || error instanceof StreamError) throw error;
    if (systemCode(error) === 'ENOENT') throw new StreamError('ffmpeg_missing', `${command} is not installed`, error);
    if (!(error instanceof ProgramError)) throw error;
    // With an address that does not answer, FFmpeg ends by its own, shorter time-out: this is the program itself.
    if (error.timedOut && error.output.stderr.trim() === '') {
      throw new StreamError('timed_out', `ffprobe gave no answer in ${PROBE_DEADLINE_MS / 1000} s (${loadText()})`);
    }
    const cause = causeOf(handover.redact(error.output.stderr).split('\n'), {
      url,
      transport,
      waitedMs: clock.monoMs() - startedMs,
    });
    // The error itself stays out: its message quotes the last line of ffprobe.
    const refusal = new StreamError(cause?.code ?? 'unknown', cause?.line ?? `ffprobe: ${exitText(error.exit)}`);
    throw await explainAuth(refusal, url, signal);
  }
}

function readProbe(text: string, overUdp: boolean): SourceProbe {
  const field = (name: string): string | undefined => new RegExp(`^${name}=(.+)$`, 'm').exec(text)?.[1]?.trim();
  const codec = field('codec_name');
  if (codec === undefined) throw new StreamError('not_video', 'the source has no video stream');
  const [width, height] = [Number(field('width') ?? 0), Number(field('height') ?? 0)];
  if (!(width > 0 && height > 0)) {
    if (overUdp) throw new StreamError(NOTHING_OVER_UDP.code, NOTHING_OVER_UDP.line);
    throw new StreamError('no_keyframe', `the source announced ${codec} but gave no picture`);
  }
  const [over, under] = (field('avg_frame_rate') ?? '').split('/').map(Number);
  const fps = over !== undefined && under !== undefined && under > 0 ? over / under : undefined;
  return {
    codec,
    width,
    height,
    ...(fps !== undefined && fps > 0 ? { fps } : {}),
  };
}
