/** Cameras in a process of their own, as the vision process runs them; notes when frames, failures and log lines came. */
import { readdirSync } from 'node:fs';
import process from 'node:process';
import { type Clock, type Logger, systemClock } from '@lineside/kit';
import { BufferPool, FfmpegCamera, probeFfmpeg } from '../../edge/src/camera/index.ts';
import { answerQuestions } from '../child.ts';
import { childrenOf, residentMib } from '../slice/proc.ts';

export interface CameraFacts {
  readonly url: string;
  readonly fps: number;
  /** Instead of the FFmpeg on the path. */
  readonly ffmpeg?: string;
}

/** Since the last `forget`; times are of the clock that `now` reads. */
export interface Seen {
  readonly frameMs: readonly number[];
  readonly failures: readonly { readonly atMs: number; readonly code: string }[];
  readonly logLines: readonly string[];
  readonly sizes: readonly string[];
}

export interface Footprint {
  readonly descriptors: number;
  readonly children: number;
  readonly residentMib: number;
}

const GOOD_SPELL_MS = 11_000;
const FORMAT = { width: 640, height: 640, color: 'rgb', anchor: 'center', fill: 114 } as const;
const seen = {
  frameMs: [] as number[],
  failures: [] as { atMs: number; code: string }[],
  logLines: [] as string[],
  sizes: [] as string[],
};
const stop = new AbortController();
const running: Promise<void>[] = [];
/** Of each camera. */
const frames: number[] = [];

/** Time that is passed over: as if every stream had been good for a while before it is killed. */
let passedOverMs = 0;
const clock: Clock = { ...systemClock, monoMs: () => systemClock.monoMs() + passedOverMs };
const nowMs = (): number => clock.monoMs();

function keepLines(): Logger {
  const keep = (_: object, message: string): void => void seen.logLines.push(message);
  return { debug: () => undefined, info: keep, warn: keep, error: keep, child: keepLines };
}

async function start({ url, fps, ffmpeg }: CameraFacts): Promise<Record<string, never>> {
  const capabilities = await probeFfmpeg();
  const pool = new BufferPool();
  const tools = {
    ...{ pool, clock, random: Math.random, logger: keepLines() },
    capabilities: { ...capabilities, command: ffmpeg ?? capabilities.command },
  };
  const place = frames.push(0) - 1;
  const options = {
    id: `camera-${place}`,
    url,
    transport: 'tcp',
    fps,
    mode: 'live',
    loop: true,
    formats: [FORMAT],
  } as const;
  const camera = new FfmpegCamera(options, tools, {
    frame: ({ inputs, picture, source, arrivedMs }) => {
      frames[place] = (frames[place] ?? 0) + 1;
      seen.frameMs.push(arrivedMs);
      const size = `${source.width}x${source.height}`;
      if (seen.sizes.at(-1) !== size) seen.sizes.push(size);
      for (const buffer of [...inputs, picture.pixels]) pool.give(buffer);
    },
    status: ({ state, error }) => {
      if (state !== 'failed' || error === undefined) return;
      seen.failures.push({ atMs: nowMs(), code: error.code });
    },
  });
  running.push(camera.run(stop.signal));
  return {};
}

function forget(): { readonly atMs: number } {
  for (const list of [seen.frameMs, seen.failures, seen.logLines, seen.sizes]) list.length = 0;
  return { atMs: nowMs() };
}

/** Kills the FFmpeg of every camera as soon as all have delivered, again and again: `count` starts together. */
async function restart({ count }: { readonly count: number }): Promise<Footprint> {
  for (let n = 0; n < count; n += frames.length) {
    const before = [...frames];
    passedOverMs += GOOD_SPELL_MS;
    for (const pid of childrenOf(process.pid)) process.kill(pid, 'SIGKILL');
    while (frames.some((now, place) => now === before[place])) await systemClock.sleep(5);
    forget();
  }
  return footprint();
}

async function footprint(): Promise<Footprint> {
  // What has ended is collected a moment later.
  await systemClock.sleep(500);
  globalThis.gc?.();
  return {
    descriptors: readdirSync('/proc/self/fd').length,
    children: childrenOf(process.pid).length,
    residentMib: residentMib(process.pid),
  };
}

answerQuestions(
  {
    start,
    forget,
    restart,
    footprint,
    seen: (): Seen => seen,
    children: () => ({ pids: childrenOf(process.pid), atMs: nowMs() }),
  },
  async () => {
    stop.abort();
    await Promise.all(running);
  },
);
