import { SupervisedProcess, FairDeadline, messageOf } from '@lineside/kit';
import { StreamError } from './errors.ts';
import { ffmpegEnvironment } from './ffmpeg-environment.ts';
import { FIRST_PIPE } from './ffmpeg-args.ts';

export interface VideoFrames {
  /** Each shown for 1/`fps` of a second; all of the same size. */
  readonly jpegs: readonly Uint8Array[];
  readonly fps: number;
  /** FFmpeg. */
  readonly command: string;
  readonly signal: AbortSignal;
}

/** Of the encoder's own time: a second of video takes a tenth of one on a small CPU. */
const ENCODE_MS = 60_000;

/**
 * An MP4 with H.264 of JPEG images, made in memory: nothing is written to a disk.
 *
 * @throws StreamError `codec` where FFmpeg cannot encode it.
 */
export async function encodeVideo({ jpegs, fps, command, signal }: VideoFrames): Promise<Buffer> {
  const child = new SupervisedProcess({
    ...{ command, args: encodeArguments(fps), stdin: 'pipe', extraPipes: 1, graceMs: 1_000 },
    ...{ env: ffmpegEnvironment(), group: 'parent', signal },
  });
  using deadline = new FairDeadline({ pid: child.pid, ownMs: ENCODE_MS });
  deadline.signal.addEventListener('abort', () => void child.kill(), { once: true });
  const chunks: Buffer[] = [];
  child.extraPipes[0]?.on('data', (chunk: Buffer) => void chunks.push(chunk));
  for (const jpeg of jpegs) child.stdin?.write(jpeg);
  child.stdin?.end();
  let exit;
  try {
    exit = await child.exited;
  } catch (error) {
    throw new StreamError('ffmpeg_missing', `${command}: ${messageOf(error)}`, error);
  }
  signal.throwIfAborted();
  const video = Buffer.concat(chunks);
  if (exit.code === 0 && video.length > 0) return video;
  const line = child.stderr.trimEnd().split('\n').at(-1) ?? '';
  throw new StreamError('codec', `FFmpeg cannot encode H.264 here: ${line}`);
}

function encodeArguments(fps: number): readonly string[] {
  return [
    ...['-hide_banner', '-nostats', '-loglevel', 'error', '-threads', '1'],
    ...['-f', 'image2pipe', '-c:v', 'mjpeg', '-framerate', String(fps), '-i', 'pipe:0'],
    // Sides of H.264 with shared colour samples are even.
    ...['-vf', 'pad=ceil(iw/2)*2:ceil(ih/2)*2,format=yuv420p', '-c:v', 'libx264', '-preset', 'veryfast', '-crf', '26'],
    ...['-g', String(Math.max(1, Math.round(fps * 2))), '-threads', '1'],
    ...['-f', 'mp4', '-movflags', 'frag_keyframe+empty_moov+default_base_moof', `pipe:${FIRST_PIPE}`],
  ];
}
