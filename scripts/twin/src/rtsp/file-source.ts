import { type ChildProcessByStdio, execFile, spawn } from 'node:child_process';
import type { Readable } from 'node:stream';
import { setTimeout as sleep } from 'node:timers/promises';
import { promisify } from 'node:util';
import { accessUnits } from './access-units.ts';
import { NAL, nalType, splitNals } from './nal.ts';
import type { AccessUnit, H264Source } from './source.ts';

export interface FileSourceOptions {
  /** Starts again at the end, on one time line; default true. */
  readonly loop?: boolean;
}

/** So far behind its time, a source goes on from now instead of hurrying after it: the machine slept. */
const HOPELESS_SECONDS = 1;

interface VideoFacts {
  readonly fps: number;
  /** The file's H.264 can be sent as it is: with B-frames, the order of coding is not the order of showing. */
  readonly copyable: boolean;
}

/**
 * The first video track of a file, at its own rate and paced in real time, over and over. H.264 without B-frames is
 * sent as it is, anything else is encoded anew. Rejects when the file has no video in the file.
 */
export async function fileSource(path: string, { loop = true }: FileSourceOptions = {}): Promise<H264Source> {
  const facts = await probe(path);
  return { fps: facts.fps, open: (signal) => paced(readUnits(path, loop, facts, signal), facts.fps, signal) };
}

async function probe(path: string): Promise<VideoFacts> {
  const entries = 'stream=codec_name,has_b_frames,avg_frame_rate';
  const args = ['-v', 'error', '-select_streams', 'v:0', '-show_entries', entries, '-of', 'json', path];
  const { stdout } = await promisify(execFile)('ffprobe', args, { timeout: 30_000 });
  const stream = (JSON.parse(stdout) as { streams?: readonly Record<string, unknown>[] }).streams?.[0];
  const [, over, under] = /^(\d+)\/(\d+)$/.exec(String(stream?.['avg_frame_rate'])) ?? [];
  const fps = Number(over) / Number(under);
  if (!(fps > 0 && Number.isFinite(fps))) throw new Error(`${path} has no video track with a frame rate`);
  return { fps, copyable: stream?.['codec_name'] === 'h264' && stream['has_b_frames'] === 0 };
}

/**
 * One FFmpeg after the other, the next one ready before the file ends: FFmpeg's own -stream_loop breaks off with a
 * bitstream filter behind it.
 */
async function* readUnits(
  path: string,
  loop: boolean,
  { fps, copyable }: VideoFacts,
  signal: AbortSignal,
): AsyncGenerator<Buffer, void, undefined> {
  const codec = copyable
    ? ['-c:v', 'copy', '-bsf:v', 'h264_mp4toannexb,h264_metadata=aud=insert']
    : ['-c:v', 'libx264', '-preset', 'veryfast', '-bf', '0', '-g', `${Math.ceil(fps)}`, '-pix_fmt', 'yuv420p'];
  if (!copyable) codec.push('-x264-params', 'aud=1', '-fps_mode', 'cfr', '-r', `${fps}`);
  const args = ['-nostdin', '-hide_banner', '-loglevel', 'error', '-i', path, '-map', '0:v:0', ...codec];
  const start = (): Pass => startPass([...args, '-f', 'h264', 'pipe:1']);
  let current: Pass | undefined = start();
  let next: Pass | undefined;
  const kill = (): void => {
    current?.child.kill('SIGKILL');
    next?.child.kill('SIGKILL');
  };
  signal.addEventListener('abort', kill, { once: true });
  try {
    while (current !== undefined && !signal.aborted) {
      next = loop ? start() : undefined;
      yield* accessUnits(current.child.stdout);
      const failure = await current.ended;
      if (failure !== undefined && !aborted(signal)) throw failure;
      current = next;
    }
  } finally {
    signal.removeEventListener('abort', kill);
    kill();
    await Promise.all([current?.ended, next?.ended]);
  }
}

/** One FFmpeg on its way through the file; it waits when nobody reads. */
interface Pass {
  readonly child: ChildProcessByStdio<null, Readable, Readable>;
  readonly ended: Promise<Error | undefined>;
}

function startPass(args: readonly string[]): Pass {
  const child = spawn('ffmpeg', args, { stdio: ['ignore', 'pipe', 'pipe'] });
  return { child, ended: watch(child) };
}

/** Resolves when the child has ended, with what went wrong, if anything. */
function watch(child: ChildProcessByStdio<null, Readable, Readable>): Promise<Error | undefined> {
  let complaint = '';
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    complaint = (complaint + text).slice(-2000);
  });
  return new Promise((resolve) => {
    child.once('error', resolve);
    child.once('close', (code) => {
      resolve(code === 0 ? undefined : new Error(`ffmpeg ended with ${code ?? 'a signal'}: ${complaint.trim()}`));
    });
  });
}

/** Lets each unit go at its time: the n-th at n / fps. */
async function* paced(
  units: AsyncIterable<Buffer>,
  fps: number,
  signal: AbortSignal,
): AsyncGenerator<AccessUnit, void, undefined> {
  let start: number | undefined;
  let index = 0;
  for await (const annexB of units) {
    const timestampSeconds = index++ / fps;
    const now = performance.now() / 1000;
    start ??= now;
    const early = start + timestampSeconds - now;
    if (early < -HOPELESS_SECONDS) start -= early;
    // Aborted while asleep: the units end by themselves.
    if (early > 0) await sleep(early * 1000, undefined, { signal }).catch(() => undefined);
    if (signal.aborted) return;
    yield { annexB, timestampSeconds, key: splitNals(annexB).some((nal) => nalType(nal) === NAL.idr) };
  }
}

/** A function call, so that the compiler does not narrow the signal to an earlier value. */
function aborted(signal: AbortSignal): boolean {
  return signal.aborted;
}
